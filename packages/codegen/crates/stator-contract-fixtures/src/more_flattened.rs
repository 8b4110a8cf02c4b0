//! Fields of one type among those of another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{Inner, Page};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct FlatGeneric {
    pub id: u64,
    #[serde(flatten)]
    pub page: Page<Inner>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct FlatTwo {
    #[serde(flatten)]
    pub inner: Inner,
    #[serde(flatten)]
    pub defaults: InnerDefaults2,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct InnerDefaults2 {
    #[serde(default)]
    pub e: Option<u8>,
    pub f: BTreeMap<String, u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct FlatJson {
    pub id: u8,
    #[serde(flatten)]
    pub rest: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub enum FlatVariant {
    Plain {
        a: u8,
        #[serde(flatten)]
        inner: Inner,
    },
    Open {
        #[serde(flatten)]
        rest: BTreeMap<String, u64>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "type")]
pub enum FlatTagged {
    Plain {
        a: u8,
        #[serde(flatten)]
        inner: Inner,
    },
}
