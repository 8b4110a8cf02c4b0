use std::fmt;

use serde::{Deserialize, Serialize};
use stator_bindings::binding;
use stator_contract::Contract;
use ts_rs::TS;

/// Why a division has no result.
#[derive(Debug, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum DivideError {
    ByZero { dividend: i32 },
    TooLarge,
}

impl fmt::Display for DivideError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByZero { dividend } => write!(formatter, "{dividend} cannot be divided by zero"),
            Self::TooLarge => formatter.write_str("the quotient does not fit 32 bits"),
        }
    }
}

#[binding]
pub fn divide(dividend: i32, divisor: i32) -> Result<i32, DivideError> {
    if divisor == 0 {
        return Err(DivideError::ByZero { dividend });
    }
    dividend.checked_div(divisor).ok_or(DivideError::TooLarge)
}

/// The same on another thread.
#[binding(blocking)]
pub fn divide_later(dividend: i32, divisor: i32) -> Result<i32, DivideError> {
    divide(dividend, divisor)
}

#[binding]
pub fn panics(text: String) -> u32 {
    panic!("it is {text}")
}
