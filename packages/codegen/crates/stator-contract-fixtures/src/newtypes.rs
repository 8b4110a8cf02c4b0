//! Types of one value.

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::Pair;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Flag(pub bool);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Byte(pub u8);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Small(pub i8);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Port(pub u16);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Offset(pub i16);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Count(pub u32);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Delta(pub i32);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Serial(pub u64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Balance(pub i64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Huge(pub u128);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct HugeSigned(pub i128);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Ratio(pub f32);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Score(pub f64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Letter(pub char);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Name(pub String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Maybe(pub Option<String>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Many(pub Vec<Name>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Outer(pub Name);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(transparent)]
pub struct Plainly(pub Pair);

/// Stays below 2^53.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct SafeSerial(#[contract(integer = "number")] pub u64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Nowhere(pub ());
