//! The same work as the addon's, through napi alone.
//!
//! This crate is here to show what happens without checks. Do not copy it.

// napi exports nothing when tests are compiled, so nothing uses these functions then.
#![cfg_attr(test, allow(dead_code))]

mod conversions;
mod memory;
mod objects;

use napi::{Error, Result};
use napi_derive::napi;

/// The sum, wrapped at 32 bits.
#[napi]
pub fn add_numbers(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}

#[napi]
pub fn to_capitals(text: String) -> String {
    text.to_uppercase()
}

#[napi]
pub fn divide(dividend: i32, divisor: i32) -> Result<i32> {
    dividend
        .checked_div(divisor)
        .ok_or_else(|| Error::from_reason("the divisor is zero"))
}

/// Ends the process: a panic cannot cross Node-API.
#[napi]
pub fn panics(text: String) -> u32 {
    panic!("it is {text}")
}
