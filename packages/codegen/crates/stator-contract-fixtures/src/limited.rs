use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// Limits are for contracts; serde does not know them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Limited {
    #[contract(min_length = 2, max_length = 5)]
    pub text: String,
    #[contract(max_length = 2)]
    pub list: Vec<u8>,
    #[contract(min_length = 1)]
    pub map: BTreeMap<String, u8>,
    #[contract(min = -3, max = 3)]
    pub small: i32,
    #[contract(max = 18_446_744_073_709_551_614)]
    pub wide: u64,
    #[contract(min = 0.0, max = 1.0)]
    pub share: f64,
    #[contract(max_length = 1)]
    pub maybe: Option<String>,
}

/// Limits that 32 bits cannot hold exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Dimmed {
    #[contract(min = 0.1, max = 0.7)]
    pub level: f32,
    #[contract(max = 1e21)]
    pub reach: Option<f64>,
}
