use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::{Bytes, Contract};
use ts_rs::TS;

/// Bytes as base64 text, in every place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Binary {
    pub bytes: Bytes,
    pub maybe: Option<Bytes>,
    pub list: Vec<Bytes>,
    pub map: BTreeMap<String, Bytes>,
    #[serde(with = "stator_contract::base64")]
    #[contract(as = "Bytes")]
    #[ts(as = "Bytes")]
    pub vec: Vec<u8>,
    #[serde(with = "stator_contract::base64")]
    #[contract(as = "Bytes")]
    #[ts(as = "Bytes")]
    pub shared: bytes::Bytes,
    #[serde(default)]
    pub missing: Bytes,
}

/// Bytes have a length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Key {
    #[contract(min_length = 2, max_length = 4)]
    pub bytes: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Digest(pub Bytes);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "kind", content = "data")]
pub enum Chunk {
    Text(String),
    Bytes(Bytes),
    Digest(Digest),
}
