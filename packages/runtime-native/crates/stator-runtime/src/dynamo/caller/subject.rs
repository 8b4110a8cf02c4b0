use std::fmt;

use uuid::{Builder, Uuid};

use crate::{Error, ErrorCode, Result};

/// What a worker says when it calls home: which call it is for. Only the two sides of the call know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Subject(Uuid);

impl Subject {
    pub fn new() -> Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::new(
                ErrorCode::Internal,
                format!("the operating system gave no random bytes for a call: {error}"),
            )
        })?;
        Ok(Self(Builder::from_random_bytes(bytes).into_uuid()))
    }

    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}
