//! Names on the wire.

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub struct LowerCase {
    pub first_field: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "UPPERCASE")]
pub struct UpperCase {
    pub first_field: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "PascalCase")]
pub struct PascalCase {
    pub first_field: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct CamelCase {
    pub first_field: u8,
    pub http2_port: u16,
    pub _leading: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct ScreamingSnakeCase {
    pub first_field: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "kebab-case")]
pub struct KebabCase {
    pub first_field: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "UPPERCASE")]
pub enum UpperMode {
    VeryQuick,
    Slow,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScreamingMode {
    VeryQuick,
    Slow,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase", rename_all_fields = "SCREAMING-KEBAB-CASE", tag = "t")]
pub enum MixedCase {
    VeryQuick {
        some_speed: u8,
    },
    #[serde(rename = "s l o w")]
    Slow {
        some_speed: Option<u8>,
    },
    #[serde(rename_all = "PascalCase")]
    Own {
        some_speed: u8,
    },
}

/// Wire name and type name differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[ts(rename = "ShownName")]
pub struct HiddenName {
    pub r#fn: u8,
    #[serde(rename = "ünïcode 😀")]
    pub unicode: u8,
}
