use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use stator_bindings::binding;
use stator_contract::Contract;
use ts_rs::TS;

/// Adds two numbers. An overflow is an error, not another number.
#[binding]
pub fn add_numbers(a: i32, b: i32) -> i32 {
    a + b
}

/// The number at a place in the series of Fibonacci, exact to the last one that fits 64 bits, which is at 93.
#[binding]
pub fn fibonacci(n: u32) -> Result<u64, String> {
    let (mut current, mut next) = (0u64, Some(1u64));
    for _ in 0..n {
        let following =
            next.ok_or_else(|| format!("the number at {n} does not fit 64 bits; the last that does is at 93"))?;
        next = current.checked_add(following);
        current = following;
    }
    Ok(current)
}

#[binding]
pub fn to_capitals(text: String) -> String {
    text.to_uppercase()
}

#[derive(Debug, Serialize, Deserialize, TS, Contract)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[binding]
pub fn distance(from: Point, to: Point) -> f64 {
    (to.x - from.x).hypot(to.y - from.y)
}

#[binding]
pub fn echo_u32(value: u32) -> u32 {
    value
}

#[binding]
pub fn echo_i64(value: i64) -> i64 {
    value
}

#[binding]
pub fn count_entries(entries: HashMap<String, i32>) -> u32 {
    u32::try_from(entries.len()).unwrap_or(u32::MAX)
}
