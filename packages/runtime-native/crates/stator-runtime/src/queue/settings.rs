use std::time::Duration;

use crate::{Error, ErrorCode, Result};

/// What an application wants of a queue. What it leaves out is as the queue is already, or the default for a new one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueOptions {
    pub ack_wait: Option<Duration>,
    pub max_deliveries: Option<u32>,
    pub max_messages: Option<u64>,
    pub max_bytes: Option<u64>,
    pub max_age: Option<Duration>,
    pub dedup_window: Option<Duration>,
    pub dead_letter: Option<bool>,
    pub replicas: Option<u8>,
}

/// How a queue is. It has been so since it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSettings {
    /// How long a worker has for its answer.
    pub ack_wait: Duration,
    /// How often a job is delivered.
    pub max_deliveries: u32,
    /// How many jobs there may be, and as many dead letters.
    pub max_messages: u64,
    /// How many bytes they may have.
    pub max_bytes: u64,
    /// After which time jobs go, done or not.
    pub max_age: Option<Duration>,
    /// For how long an id is known.
    pub dedup_window: Duration,
    /// Whether jobs that were delivered too often, or rejected, are kept as dead letters.
    pub dead_letter: bool,
    /// On how many servers of a cluster everything is.
    pub replicas: u8,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            ack_wait: Duration::from_secs(30),
            max_deliveries: 5,
            max_messages: 100_000,
            max_bytes: 256 << 20,
            max_age: None,
            dedup_window: Duration::from_secs(120),
            dead_letter: true,
            replicas: 1,
        }
    }
}

impl QueueSettings {
    /// Those of a new queue.
    pub fn new(options: &QueueOptions) -> Self {
        let default = Self::default();
        let dedup_window = options.dedup_window.unwrap_or(default.dedup_window);
        Self {
            ack_wait: options.ack_wait.unwrap_or(default.ack_wait),
            max_deliveries: options.max_deliveries.unwrap_or(default.max_deliveries),
            max_messages: options.max_messages.unwrap_or(default.max_messages),
            max_bytes: options.max_bytes.unwrap_or(default.max_bytes),
            max_age: options.max_age,
            // An id is not known for longer than its job may be kept.
            dedup_window: options.max_age.map_or(dedup_window, |age| dedup_window.min(age)),
            dead_letter: options.dead_letter.unwrap_or(default.dead_letter),
            replicas: options.replicas.unwrap_or(default.replicas),
        }
    }

    /// Fails with `conflict` when the options name something that is not so.
    pub fn check(&self, name: &str, options: &QueueOptions) -> Result<()> {
        let mut differences = Vec::new();
        let mut compare = |option: &str, wanted: Option<u128>, is: u128| match wanted {
            Some(wanted) if wanted != is => differences.push(format!("{option} is {is} and not {wanted}")),
            _ => {}
        };
        let age = self.max_age.map_or(0, |age| age.as_millis());
        compare(
            "ackWaitMs",
            options.ack_wait.map(|time| time.as_millis()),
            self.ack_wait.as_millis(),
        );
        compare(
            "maxDeliveries",
            options.max_deliveries.map(u128::from),
            self.max_deliveries.into(),
        );
        compare(
            "maxMessages",
            options.max_messages.map(u128::from),
            self.max_messages.into(),
        );
        compare("maxBytes", options.max_bytes.map(u128::from), self.max_bytes.into());
        compare("maxAgeMs", options.max_age.map(|time| time.as_millis()), age);
        let window = self.dedup_window.as_millis();
        compare(
            "dedupWindowMs",
            options.dedup_window.map(|time| time.as_millis()),
            window,
        );
        compare("replicas", options.replicas.map(u128::from), self.replicas.into());
        match options.dead_letter {
            Some(wanted) if wanted != self.dead_letter => {
                differences.push(format!("deadLetter is {} and not {wanted}", self.dead_letter));
            }
            _ => {}
        }
        if differences.is_empty() {
            return Ok(());
        }
        Err(Error::new(
            ErrorCode::Conflict,
            format!(
                "the queue {name:?} is there with other settings: {}; leave them out to take it as it is, or delete the \
                 queue first",
                differences.join(", ")
            ),
        ))
    }
}
