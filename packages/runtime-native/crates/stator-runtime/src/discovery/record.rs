//! The content of one record, whatever holds it.

use serde::{Deserialize, Serialize};

use super::Instance;
use crate::{Error, ErrorCode, Result};

/// A larger one is no record of ours.
pub(super) const MAX_RECORD_BYTES: u64 = 64 * 1024;

/// Values carry a `type`, because the original keeps other things in the same shape.
#[derive(Serialize)]
#[serde(tag = "type")]
enum Written<'a> {
    Endpoint(&'a Instance),
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Read {
    Endpoint(Instance),
}

pub(super) fn encode(instance: &Instance) -> Result<Vec<u8>> {
    serde_json::to_vec(&Written::Endpoint(instance)).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            format!("the record of {} cannot be written: {error}", instance.path()),
        )
    })
}

/// Reads a record, or says why it is none. Whether it stands where it belongs is for the caller to see.
pub(super) fn decode(content: &[u8]) -> std::result::Result<Instance, String> {
    let Read::Endpoint(instance) = serde_json::from_slice(content).map_err(|error| error.to_string())?;
    Ok(instance)
}
