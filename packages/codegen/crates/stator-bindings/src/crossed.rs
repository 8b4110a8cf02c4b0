use std::sync::Arc;

use crate::{class::AnySlot, failure::Failure};

/// A value on its way over the boundary. It holds nothing of JavaScript, so it may go to another thread.
pub enum Crossed {
    Undefined,
    Null,
    Boolean(bool),
    Number(f64),
    Bigint(Bigint),
    /// Text, or JSON.
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Crossed>),
    /// An object that gets a number when it arrives at JavaScript.
    Object(Arc<dyn AnySlot>),
    /// A value of JavaScript that nothing here takes, in words.
    Other(&'static str),
}

/// An integer of up to 128 bits and a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bigint {
    pub negative: bool,
    pub magnitude: u128,
    /// Whether there was more than 128 bits hold.
    pub too_large: bool,
}

/// What a raw export returns.
pub type Outcome = Result<Crossed, Failure>;

impl Crossed {
    /// What it is, for messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Undefined => "nothing".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Bigint(Bigint {
                negative,
                magnitude,
                too_large,
            }) => {
                let sign = if *negative { "-" } else { "" };
                let more = if *too_large { " and more" } else { "" };
                format!("{sign}{magnitude}n{more}")
            }
            Self::Text(_) => "a string".to_owned(),
            Self::Bytes(_) => "bytes".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Object(_) => "an object".to_owned(),
            Self::Other(what) => (*what).to_owned(),
        }
    }
}
