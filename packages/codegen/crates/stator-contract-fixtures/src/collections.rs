use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{Mode, Pair, Word};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Lists {
    pub numbers: Vec<f64>,
    pub nested: Vec<Vec<u8>>,
    pub pairs: Vec<Pair>,
    pub three: [i16; 3],
    pub none: [u8; 0],
    pub tuple: (bool, String, Option<u64>),
    pub single: (u8,),
    pub set: BTreeSet<u32>,
    pub words: Vec<Word>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Maps {
    pub counts: BTreeMap<String, u32>,
    pub exact: HashMap<String, u64>,
    pub by_mode: BTreeMap<Mode, Option<bool>>,
    pub nested: BTreeMap<String, BTreeMap<String, Vec<f32>>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Anything {
    pub value: serde_json::Value,
    pub maybe: Option<serde_json::Value>,
    pub list: Vec<serde_json::Value>,
}
