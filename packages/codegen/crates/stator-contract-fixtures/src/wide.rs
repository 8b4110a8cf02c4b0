use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Wide {
    pub unsigned: u64,
    pub signed: i64,
    pub list: Vec<u64>,
    pub maybe: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Widest {
    pub unsigned: u128,
    pub signed: i128,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Policies {
    #[contract(integer = "bigint")]
    pub exact: u64,
    /// Stays below 2^53.
    #[contract(integer = "number")]
    pub small: u64,
    #[contract(integer = "number")]
    pub small_list: Vec<i64>,
    #[serde(with = "stator_contract::decimal")]
    #[ts(type = "string")]
    #[contract(integer = "string")]
    pub text: u64,
    #[serde(with = "stator_contract::decimal")]
    #[ts(type = "string")]
    #[contract(integer = "string", min = -5)]
    pub signed_text: i128,
    #[serde(with = "stator_contract::decimal::option")]
    #[ts(type = "string | null")]
    #[contract(integer = "string")]
    pub maybe_text: Option<u128>,
    #[contract(integer = "number")]
    pub by_name: BTreeMap<String, Option<u64>>,
}
