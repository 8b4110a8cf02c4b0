use std::fmt;

use parking_lot::Mutex;
use uuid::{Builder, Uuid};

use crate::{Error, ErrorCode, Result};

/// Bytes of one subject, and how many subjects' are asked for at once: each time is a call of the system.
const LENGTH: usize = 16;
const SUBJECTS: usize = 64;

/// Random bytes that no subject has, at the end; used ones are cut off.
static RANDOM: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// What a worker says when it calls home: which call it is for. Only the two sides of the call know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Subject(Uuid);

impl Subject {
    pub fn new() -> Result<Self> {
        let mut random = RANDOM.lock();
        if random.is_empty() {
            let mut fresh = vec![0; SUBJECTS * LENGTH];
            getrandom::fill(&mut fresh).map_err(|error| {
                Error::new(
                    ErrorCode::Internal,
                    format!("the operating system gave no random bytes for a call: {error}"),
                )
            })?;
            *random = fresh;
        }
        let mut bytes = [0; LENGTH];
        let left = random.len() - LENGTH;
        bytes.copy_from_slice(&random[left..]);
        random.truncate(left);
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
