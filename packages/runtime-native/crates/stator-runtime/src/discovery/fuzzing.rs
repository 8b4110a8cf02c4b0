//! The decoders of records, for `fuzz`.

use super::{Instance, etcd, record};

/// Reads a record; what was read is written and read again.
pub fn instance(content: &[u8]) -> Option<(Instance, Instance)> {
    let read = record::decode(content).ok()?;
    let again = record::encode(&read)
        .ok()
        .and_then(|written| record::decode(&written).ok())?;
    Some((read, again))
}

/// Reads a key of etcd; gives it as it would be written.
pub fn key(key: &[u8]) -> Option<String> {
    etcd::parse_key(key)
}
