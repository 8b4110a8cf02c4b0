use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub struct Renamed {
    pub first_field: u8,
    #[serde(rename = "with space")]
    pub second: u8,
    pub r#type: u8,
}

/// Keys that every object inherits, or that TypeScript keeps for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(deny_unknown_fields)]
pub struct Awkward {
    #[serde(rename = "__proto__")]
    pub proto: u8,
    pub constructor: Option<u8>,
    #[serde(rename = "toString", default)]
    pub to_string: u64,
    pub class: u8,
    pub value: u8,
    pub depth: u8,
    #[serde(rename = "a-b")]
    pub dashed: u8,
}
