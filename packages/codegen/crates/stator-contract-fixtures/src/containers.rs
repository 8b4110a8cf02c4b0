//! Collections of collections.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{Inner, Internal, Mode, Pair};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Sets {
    pub names: BTreeSet<String>,
    pub numbers: BTreeSet<i64>,
    pub single: std::collections::HashSet<u8>,
    pub modes: BTreeSet<Mode>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct MapsOfAll {
    pub pairs: BTreeMap<String, Pair>,
    pub lists: HashMap<String, Vec<u64>>,
    pub modes: BTreeMap<Mode, BTreeMap<Mode, Inner>>,
    pub units: BTreeMap<String, ()>,
    pub optional: BTreeMap<String, Option<Internal>>,
    pub values: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Matrix {
    pub rows: Vec<Vec<Vec<f32>>>,
    pub cells: Vec<[u32; 2]>,
    pub shape: (u32, u32),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Records {
    pub rows: Vec<BTreeMap<String, Option<u64>>>,
    pub index: BTreeMap<String, Vec<(String, u32)>>,
}
