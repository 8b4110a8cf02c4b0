//! Types that contain themselves, through others too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Folder {
    pub name: String,
    pub entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "kind")]
pub enum Entry {
    File { size: u64 },
    Folder(Folder),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Chain {
    pub id: u32,
    pub next: Option<Box<Chain>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Trie {
    pub children: BTreeMap<String, Trie>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(untagged)]
pub enum Nested {
    Leaf(u64),
    Many(Vec<Nested>),
}
