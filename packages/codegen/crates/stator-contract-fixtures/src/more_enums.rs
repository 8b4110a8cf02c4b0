//! Enums with every kind of content.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{Flattened, Inner, InnerDefaults, Internal, Mode, Pair, Strict};

/// Every kind of content in the default form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub enum ExternalAll {
    Nothing,
    Empty {},
    One(u8),
    Text(String),
    Null(()),
    List(Vec<i16>),
    Map(BTreeMap<String, u64>),
    Two(u8, Option<u64>),
    Fixed([u8; 2]),
    Maybe(Option<u64>),
    Struct {
        a: u8,
        #[serde(default)]
        b: Vec<u8>,
    },
    Nested(Internal),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(deny_unknown_fields)]
pub enum ExternalStrict {
    Nothing,
    Struct { a: u8, b: Option<u8> },
}

/// Every kind of content that a tag can stand beside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "kind")]
pub enum InternalAll {
    Nothing,
    Empty {},
    Struct { a: u64, b: Option<Pair>, c: Vec<Mode> },
    Newtype(Inner),
    Defaults(InnerDefaults),
    Flat(Flattened),
}

/// Every kind of content in its own key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "kind", content = "data", rename_all = "kebab-case")]
pub enum AdjacentAll {
    NothingAtAll,
    Empty {},
    One(u64),
    Null(()),
    Maybe(Option<u8>),
    List(Vec<Pair>),
    Two(u8, String),
    Struct { a: i64 },
    Nested(Box<AdjacentAll>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(untagged)]
pub enum UntaggedScalars {
    Flag(bool),
    Number(i64),
    Text(String),
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(untagged)]
pub enum UntaggedShapes {
    Two(u8, u8),
    List(Vec<String>),
    Strict(Strict),
    Named { name: String },
    Map(BTreeMap<String, u64>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(untagged)]
pub enum OneOrMany {
    One(Inner),
    Many(Vec<Inner>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub enum Single {
    Only,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub enum SingleFull {
    Only(u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "v")]
pub enum SingleTagged {
    V1 { a: u8 },
}

/// Some variants never leave the process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub enum WithSkipped {
    A,
    #[serde(skip)]
    B(std::time::Instant),
    C(u8),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case")]
pub enum Aliased {
    #[serde(alias = "one", alias = "1")]
    First,
    Second,
    Full(u8),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "event", content = "payload")]
pub enum AdjacentOther {
    Started {
        at: u64,
    },
    #[serde(other)]
    Unknown,
}

/// Tags that are no identifiers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "@type")]
pub enum OddTag {
    #[serde(rename = "a b")]
    AB {
        #[serde(rename = "x-y")]
        xy: u8,
    },
    #[serde(rename = "__proto__")]
    Proto { constructor: u8 },
}
