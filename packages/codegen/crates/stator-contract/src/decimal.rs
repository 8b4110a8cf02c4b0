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
    parse(&text).ok_or_else(|| D::Error::custom(refusal(&text)))
}

/// The same for an `Option`: `#[serde(with = "stator_contract::decimal::option")]`, with `#[serde(default)]` where the
/// key may be missing.
pub mod option {
    use std::{fmt::Display, str::FromStr};

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// # Errors
    /// When the serializer fails.
    pub fn serialize<T: Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    /// # Errors
    /// When the value is neither `null` nor the text of an integer of that width in its shortest form.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr + Display,
        D: Deserializer<'de>,
    {
        Option::<String>::deserialize(deserializer)?
            .map(|text| super::parse(&text).ok_or_else(|| D::Error::custom(super::refusal(&text))))
            .transpose()
    }
}

/// "+1" and "007" parse, but they are second spellings of one value.
fn parse<T: FromStr + Display>(text: &str) -> Option<T> {
    text.parse().ok().filter(|value: &T| value.to_string() == text)
}

fn refusal(text: &str) -> String {
    format!("expected an integer as decimal text, got {text:?}")
}
