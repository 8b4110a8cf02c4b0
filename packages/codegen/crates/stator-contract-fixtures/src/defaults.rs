use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{Mode, Pair};

fn ten() -> u64 {
    10
}

fn pairs() -> Vec<Pair> {
    vec![Pair("a".into(), u64::MAX)]
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Defaults {
    pub required: u8,
    #[serde(default)]
    pub zero: u32,
    #[serde(default = "ten")]
    pub ten: u64,
    #[serde(default)]
    pub text: String,
    #[serde(default = "pairs")]
    pub pairs: Vec<Pair>,
    #[serde(default)]
    pub map: BTreeMap<String, u8>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(default, rename_all = "camelCase")]
pub struct AllDefaults {
    pub sample_rate: f32,
    pub mode: Mode,
    pub limit: Option<u16>,
    pub exact: i64,
}

impl Default for AllDefaults {
    fn default() -> Self {
        Self {
            sample_rate: 0.1,
            mode: Mode::Quick,
            limit: Some(5),
            exact: i64::MIN,
        }
    }
}
