//! Writes an integer as decimal text: `#[serde(with = "stator_contract::decimal")]`.
//!
//! For readers that keep every number in 64 bits of floating point. The field also says so to the generators:
//! `#[contract(integer = "string")]` and `#[ts(type = "string")]`.

use std::{borrow::Cow, fmt::Display, str::FromStr};

use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// # Errors
/// When the serializer fails.
pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// # Errors
/// When the value is not text, or the text is not an integer of that width in its shortest form.
pub fn deserialize<'de, T: FromStr + Display, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    let refuse = || D::Error::custom(format_args!("expected an integer as decimal text, got {text:?}"));
    let value: T = text.parse().map_err(|_| refuse())?;
    // "+1" and "007" parse, but they are second spellings of one value.
    if value.to_string() == *text {
        Ok(value)
    } else {
        Err(refuse())
    }
}
