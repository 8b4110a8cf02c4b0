//! Types with parameters: each instance is a type of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Wrapper<T> {
    pub value: T,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Tagged<T>(pub String, pub T);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Lookup<V> {
    pub entries: BTreeMap<String, V>,
    pub fallback: Option<V>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum Outcome<T, E> {
    Done { value: T, took_ms: u32 },
    Failed { error: E },
    Pending,
}

/// Contains itself, for each type of its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Node<T> {
    pub value: T,
    pub children: Vec<Node<T>>,
}
