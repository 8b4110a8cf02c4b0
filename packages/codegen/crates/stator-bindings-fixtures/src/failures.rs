use std::fmt;

use serde::{Deserialize, Serialize};
use stator_bindings::{FailureCode, binding};
use stator_contract::Contract;
use ts_rs::TS;

/// Why a division has no result.
#[derive(Debug, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum DivideError {
    ByZero,
    TooLarge { dividend: u64 },
}

impl fmt::Display for DivideError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByZero => formatter.write_str("the divisor is zero"),
            Self::TooLarge { dividend } => write!(formatter, "{dividend} is too large"),
        }
    }
}

/// Why a door stays shut.
#[derive(Debug, Serialize, Deserialize, TS, Contract)]
pub struct DoorError {
    pub tries: u32,
}

#[binding]
pub fn divide(dividend: u64, divisor: u32) -> Result<u64, DivideError> {
    if dividend > u64::MAX / 2 {
        return Err(DivideError::TooLarge { dividend });
    }
    dividend.checked_div(u64::from(divisor)).ok_or(DivideError::ByZero)
}

/// An error that is only text, behind an alias of `Result`.
#[binding]
pub fn parse_number(text: &str) -> std::result::Result<i32, std::num::ParseIntError> {
    text.parse()
}

#[binding(blocking)]
pub fn open_door(tries: u32) -> Result<(), DoorError> {
    Err(DoorError { tries })
}

#[binding]
pub fn panics(text: String) -> u32 {
    panic!("it is {text}")
}

#[binding(blocking)]
pub fn panics_later(text: String) -> u32 {
    panics(text)
}

/// A panic whose content is no text.
#[binding]
pub fn panics_with_a_value() {
    std::panic::panic_any(5u8);
}

/// What release builds compute when nobody asks for checks would be another number.
#[binding]
pub fn arithmetic(a: u32, b: u32) -> u32 {
    a - b
}

#[binding]
pub fn find_failure(code: FailureCode) -> String {
    code.as_str().to_owned()
}
