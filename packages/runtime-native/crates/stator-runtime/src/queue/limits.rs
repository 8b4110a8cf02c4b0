//! What queues, jobs and times may be. The same on every back end, so that nothing depends on which it is.

use std::time::Duration;

use super::{QueueOptions, QueueSettings};
use crate::{Error, ErrorCode, Result};

/// The longest name of a queue, in bytes of UTF-8.
pub const MAX_NAME: usize = 64;
/// The longest id of a job, in bytes.
pub const MAX_ID: usize = 256;
/// The largest job of a queue in memory, in bytes: what a NATS server takes unless it is told otherwise.
pub const MAX_MEMORY_JOB: usize = 1 << 20;
/// The most dead letters that one page has.
pub const MAX_PAGE: usize = 1000;
/// A page of dead letters ends when it has so many bytes.
pub const MAX_PAGE_BYTES: usize = 8 << 20;
/// What a worker says of a failure is cut there, in bytes.
pub const MAX_ERROR: usize = 4096;
/// The longest delay of a redelivery.
pub const MAX_DELAY: Duration = Duration::from_secs(7 * 86_400);
/// The longest wait for the end of a put.
pub const MAX_PUT_WAIT: Duration = Duration::from_secs(86_400);

const ACK_WAIT: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(86_400));
const WINDOW: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(7 * 86_400));
const AGE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(3650 * 86_400));
const DELIVERIES: (u64, u64) = (1, 10_000);
const MESSAGES: (u64, u64) = (1, 100_000_000);
const BYTES: (u64, u64) = (1 << 10, 1 << 42);
const REPLICAS: (u64, u64) = (1, 5);

pub(super) fn check_name(name: &str) -> Result<()> {
    if name.is_empty() || name.len() > MAX_NAME {
        let shown: String = name.chars().take(40).collect();
        return Err(invalid(format!(
            "the name of the queue {shown:?} has {} bytes; 1 to {MAX_NAME} are allowed",
            name.len()
        )));
    }
    if name.chars().any(char::is_control) {
        return Err(invalid(format!(
            "the name of the queue {name:?} contains a control character"
        )));
    }
    Ok(())
}

/// Ids travel in a header, where spaces at the ends and breaks of lines would not arrive.
pub(super) fn check_id(id: &str) -> Result<()> {
    let fits = (1..=MAX_ID).contains(&id.len()) && id.chars().all(|char| !char.is_whitespace() && !char.is_control());
    if fits {
        return Ok(());
    }
    let shown: String = id.chars().take(40).collect();
    Err(invalid(format!(
        "the id of the job {shown:?} will not do; it has 1 to {MAX_ID} bytes, and no spaces and control characters"
    )))
}

pub(super) fn check_options(options: &QueueOptions) -> Result<()> {
    time("ackWaitMs", options.ack_wait, ACK_WAIT)?;
    time("maxAgeMs", options.max_age, AGE)?;
    time("dedupWindowMs", options.dedup_window, WINDOW)?;
    count("maxDeliveries", options.max_deliveries.map(u64::from), DELIVERIES)?;
    count("maxMessages", options.max_messages, MESSAGES)?;
    count("maxBytes", options.max_bytes, BYTES)?;
    count("replicas", options.replicas.map(u64::from), REPLICAS)?;
    if let (Some(age), Some(window)) = (options.max_age, options.dedup_window)
        && window > age
    {
        return Err(invalid(format!(
            "dedupWindowMs is {}, longer than maxAgeMs, which is {}; a job must be remembered no longer than it may be kept",
            window.as_millis(),
            age.as_millis()
        )));
    }
    Ok(())
}

pub(super) fn check_delay(delay: Duration) -> Result<()> {
    if delay <= MAX_DELAY {
        return Ok(());
    }
    Err(invalid(format!(
        "a delay of {} ms; {} ms at most are allowed",
        delay.as_millis(),
        MAX_DELAY.as_millis()
    )))
}

pub(super) fn check_page(limit: usize) -> Result<()> {
    if (1..=MAX_PAGE).contains(&limit) {
        return Ok(());
    }
    Err(invalid(format!(
        "a limit of {limit} dead letters; 1 to {MAX_PAGE} are allowed"
    )))
}

/// Why a job is too large.
pub(super) fn too_large(queue: &str, size: usize, limit: usize) -> Error {
    Error::new(
        ErrorCode::PayloadTooLarge,
        format!(
            "the job for the queue {queue:?} has {size} bytes with its headers, and {limit} is the limit; put a reference \
             to what is large"
        ),
    )
}

/// Why a queue takes no more.
pub(super) fn full(queue: &str, settings: &QueueSettings, what: &str) -> Error {
    Error::new(
        ErrorCode::Overloaded,
        format!(
            "{what} of the queue {queue:?} are full: {} jobs and {} bytes are the limit (maxMessages, maxBytes); try again \
             when some are gone",
            settings.max_messages, settings.max_bytes
        ),
    )
}

/// The first bytes of what a worker said, as much as is kept.
pub(super) fn cut(mut error: String) -> String {
    let end = (0..=MAX_ERROR.min(error.len()))
        .rev()
        .find(|end| error.is_char_boundary(*end));
    error.truncate(end.unwrap_or(0));
    error
}

fn time(option: &str, value: Option<Duration>, (least, most): (Duration, Duration)) -> Result<()> {
    match value {
        Some(value) if !(least..=most).contains(&value) => Err(invalid(format!(
            "{option} is {}; {} to {} are allowed",
            value.as_millis(),
            least.as_millis(),
            most.as_millis()
        ))),
        _ => Ok(()),
    }
}

fn count(option: &str, value: Option<u64>, (least, most): (u64, u64)) -> Result<()> {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(invalid(format!("{option} is {value}; {least} to {most} are allowed")))
        }
        _ => Ok(()),
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidArgument, message)
}
