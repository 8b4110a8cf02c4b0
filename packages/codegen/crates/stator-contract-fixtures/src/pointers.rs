//! Pointers are not seen on the wire.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{Inner, Pair};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Boxed {
    pub text: Box<str>,
    pub list: Box<[u64]>,
    pub pair: Box<Pair>,
    pub nested: Box<Box<Option<Inner>>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Lent<'a> {
    pub text: Cow<'a, str>,
    pub list: Cow<'a, [u8]>,
    pub map: BTreeMap<Cow<'a, str>, Box<str>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct BoxedList {
    pub items: Box<[Box<Inner>]>,
}
