//! What keys, values and lists may be. The same on every back end, so that nothing depends on which it is.

use std::time::Duration;

use crate::{Error, ErrorCode, Result};

/// The longest key or name of a lock, in bytes of UTF-8.
pub const MAX_KEY: usize = 512;
/// The largest value in bytes. etcd takes requests of 1.5 MiB.
pub const MAX_VALUE: usize = 1 << 20;
/// The most entries that one page of a list has.
pub const MAX_LIST: usize = 1000;
/// A page of a list ends when it has so many bytes, and a batch of a watch too.
pub const MAX_PAGE_BYTES: usize = 8 << 20;
/// The most keys that a watch may have to look after, and the most that a local store has.
pub const MAX_KEYS: usize = 65_536;
/// The most bytes of keys and values in a local store.
pub const MAX_STORE_BYTES: usize = 64 << 20;
/// Times to live.
pub const MIN_TTL: Duration = Duration::from_secs(1);
pub const MAX_TTL: Duration = Duration::from_secs(86_400);

/// The events of one batch.
pub(super) const BATCH_EVENTS: usize = 256;
/// A batch ends when it has so many bytes.
pub(super) const BATCH_BYTES: usize = 1 << 20;

pub(super) fn check_key(what: &str, key: &str) -> Result<()> {
    if key.is_empty() || key.len() > MAX_KEY {
        let shown: String = key.chars().take(40).collect();
        return Err(invalid(format!(
            "{what} {shown:?} has {} bytes; 1 to {MAX_KEY} are allowed",
            key.len()
        )));
    }
    if key.contains('\0') {
        return Err(invalid(format!(
            "{what} {key:?} contains a zero byte, which no key may"
        )));
    }
    Ok(())
}

/// A prefix may be empty.
pub(super) fn check_prefix(prefix: &str) -> Result<()> {
    if prefix.is_empty() {
        Ok(())
    } else {
        check_key("the prefix", prefix)
    }
}

pub(super) fn check_value(key: &str, value: &[u8]) -> Result<()> {
    if value.len() <= MAX_VALUE {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::PayloadTooLarge,
        format!(
            "the value for {key:?} has {} bytes, and {MAX_VALUE} is the limit; store a reference to it",
            value.len()
        ),
    ))
}

pub(super) fn check_ttl(ttl: Duration) -> Result<()> {
    if (MIN_TTL..=MAX_TTL).contains(&ttl) {
        return Ok(());
    }
    Err(invalid(format!(
        "a time to live of {} ms; {} to {} ms are allowed",
        ttl.as_millis(),
        MIN_TTL.as_millis(),
        MAX_TTL.as_millis()
    )))
}

pub(super) fn check_limit(limit: usize) -> Result<()> {
    if (1..=MAX_LIST).contains(&limit) {
        return Ok(());
    }
    Err(invalid(format!(
        "a limit of {limit} entries; 1 to {MAX_LIST} are allowed"
    )))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidArgument, message)
}
