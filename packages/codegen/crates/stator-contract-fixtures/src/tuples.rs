//! Lists with a type for each place.

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Two(pub bool, pub u8);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Three(pub i64, pub Option<u64>, pub String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Five(pub u8, pub u16, pub u32, pub u64, pub Vec<i8>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Ten(
    pub u8,
    pub i8,
    pub u16,
    pub i16,
    pub u32,
    pub i32,
    pub f32,
    pub f64,
    pub bool,
    pub char,
);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Grid(pub [[u8; 3]; 2], pub (u8, (String, [bool; 1])));

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct LongArray {
    pub items: [u16; 32],
}
