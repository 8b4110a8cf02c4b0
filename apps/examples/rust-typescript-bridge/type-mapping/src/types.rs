//! Types of our own, one of each kind.

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

#[derive(Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    pub x_axis: f64,
    pub y_axis: f64,
}

#[derive(Serialize, Deserialize, TS, Contract)]
pub struct Meters(pub f64);

#[derive(Serialize, Deserialize, TS, Contract)]
pub struct Pair(pub i32, pub String);

#[derive(Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    Fast,
    VeryCareful,
}

#[derive(Serialize, Deserialize, TS, Contract)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Shape {
    Circle { radius: f64 },
    Nothing,
}

#[derive(Serialize, Deserialize, TS, Contract)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    TooLarge,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("it is too large")
    }
}
