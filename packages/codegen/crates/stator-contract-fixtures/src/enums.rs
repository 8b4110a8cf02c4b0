use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::Pair;

/// Text on its own, and a key of maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// As fast as it goes.
    Quick,
    VeryCareful,
    #[serde(rename = "OFF")]
    Off,
}

pub(crate) fn mode_weights() -> BTreeMap<Mode, u64> {
    BTreeMap::from([(Mode::Quick, 1), (Mode::VeryCareful, u64::MAX), (Mode::Off, 0)])
}

/// Reads more names than it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    #[serde(alias = "mem", alias = "ram")]
    Memory,
    File,
}

/// Reads what it does not know as one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub enum Reason {
    Known,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum External {
    Unit,
    Newtype(u64),
    Tuple(String, u8),
    Struct {
        /// Documented.
        some_field: f64,
        other: Option<Pair>,
    },
    Nested(Box<External>),
    Many(Vec<Mode>),
    #[serde(skip)]
    Never,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Internal {
    Unit,
    Struct { a: u32, b: Option<u64> },
    Newtype(Inner),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Inner {
    pub c: u32,
    #[serde(default)]
    pub d: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum InternalStrict {
    Unit,
    Serve { endpoint: u32, graceful_shutdown: bool },
    Wait { timeout_ms: Option<u32> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "kind")]
pub enum InternalOther {
    Known {
        a: u8,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "t", content = "c")]
pub enum Adjacent {
    Unit,
    Newtype(u64),
    Tuple(String, bool),
    Struct { a: f32 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "t", content = "c", deny_unknown_fields)]
pub enum AdjacentStrict {
    Unit,
    Struct { a: u8 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(untagged)]
pub enum Untagged {
    Small(u8),
    Exact(u64),
    Text(String),
    Pair(Pair),
    Struct { a: u8, b: Option<String> },
    Other { b: String },
}
