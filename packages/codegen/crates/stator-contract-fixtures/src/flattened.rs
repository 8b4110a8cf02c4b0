use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Flattened {
    pub first: u8,
    #[serde(flatten)]
    pub middle: Middle,
    pub last: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Middle {
    pub second: String,
    #[serde(flatten)]
    pub deepest: Deepest,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Deepest {
    #[serde(default)]
    pub third: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct WithRest {
    pub known: u8,
    #[serde(flatten)]
    pub rest: BTreeMap<String, u64>,
}
