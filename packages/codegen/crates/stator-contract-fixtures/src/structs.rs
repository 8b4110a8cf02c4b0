use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use std::borrow::Cow;
use ts_rs::TS;

/// `null` on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Nothing;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Empty {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Pair(pub String, pub u64);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS, Contract)]
pub struct Word(#[contract(min_length = 1, max_length = 8)] pub String);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(deny_unknown_fields)]
pub struct Strict {
    pub a: u8,
    pub b: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Optional {
    pub plain: Option<u32>,
    pub list: Option<Vec<Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Skipped {
    pub shown: u8,
    #[serde(skip)]
    pub kept_back: Option<std::time::Instant>,
}

/// Pointers are not seen on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Wrapped {
    pub boxed: Box<Pair>,
    pub list: Box<[u8]>,
    pub boxed_optional: Box<Option<u8>>,
}

/// A type that borrows; what is read is owned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Borrowed<'a> {
    pub text: Cow<'a, str>,
}
