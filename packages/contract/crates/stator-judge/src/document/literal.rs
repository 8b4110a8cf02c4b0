use std::fmt;

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::value::RawValue;

use super::Number;
use crate::text::quoted;

/// The one value of a type. From TypeScript only.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Bool(bool),
    Number(Number),
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let read = match raw.as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw).map(Self::Text),
            Some(b't' | b'f') => serde_json::from_str(raw).map(Self::Bool),
            _ => match serde_json::from_str::<Number>(raw) {
                // No service that was written in JavaScript has them.
                Ok(number) if !number.is_js_number() => Err(serde_json::Error::custom("a literal is too large")),
                read => read.map(Self::Number),
            },
        };
        read.map_err(D::Error::custom)
    }
}

/// As JSON.
impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(&quoted(text)),
            Self::Bool(value) => value.fmt(formatter),
            Self::Number(number) => number.fmt(formatter),
        }
    }
}
