use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// One of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Scalars {
    pub yes: bool,
    pub u8: u8,
    pub i8: i8,
    pub u16: u16,
    pub i16: i16,
    pub u32: u32,
    pub i32: i32,
    pub f32: f32,
    pub f64: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Texts {
    pub text: String,
    pub letter: char,
    pub unit: (),
    pub path: std::path::PathBuf,
}
