//! What JavaScript asks of queues, and what it gets.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use stator_runtime::{
    Error, ErrorCode, Result,
    payload::{Lane, Payload},
    queue::{DeadLetter, DeadPage, DeadReason, Info, Job, Put, QueueOptions},
};
use ts_rs::TS;

/// Something that is asked of a queue. Queues and jobs have the numbers that JavaScript gave.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(
    tag = "do",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum QueueAction {
    /// Opens a queue; answers null.
    Open {
        queue: u32,
        name: String,
        options: QueueOpening,
    },
    /// Answers what became of it.
    Put {
        queue: u32,
        id: Option<String>,
        value: QueueValue,
        wait_ms: Option<u32>,
    },
    /// Answers a job, or null when none came in time. The time of one that is kept is extended until its answer.
    Take {
        queue: u32,
        job: u32,
        wait_ms: Option<u32>,
        keep: bool,
    },
    /// Gives a job to somebody else, or gives up the wait for it.
    GiveBack { job: u32 },
    /// It is done.
    Ack { job: u32 },
    /// It is to come again.
    Nack {
        job: u32,
        delay_ms: u32,
        error: Option<String>,
    },
    /// It takes longer.
    Extend { job: u32 },
    /// It is not to come again.
    Reject {
        job: u32,
        reason: QueueDeadReason,
        error: Option<String>,
    },
    /// Answers how full the queue is.
    Info { queue: u32 },
    /// Answers a page of dead letters.
    Dead { queue: u32, after: String, limit: u32 },
    /// Puts a dead letter back, or all; answers how many.
    Requeue { queue: u32, letter: Option<String> },
    /// Removes a dead letter, or all; answers how many.
    Purge { queue: u32, letter: Option<String> },
    /// Removes the queue.
    Delete { queue: u32 },
}

/// What is wanted of a queue; what is null is as it is, or the default.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueueOpening {
    pub ack_wait_ms: Option<u32>,
    pub max_deliveries: Option<u32>,
    pub max_messages: Option<u32>,
    /// Decimal text.
    pub max_bytes: Option<String>,
    /// Decimal text.
    pub max_age_ms: Option<String>,
    pub dedup_window_ms: Option<u32>,
    pub dead_letter: Option<bool>,
    pub replicas: Option<u8>,
}

/// The value of a job: JSON text, or bytes and msgpack as base64.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum QueueValue {
    Json(String),
    Bytes(String),
    Msgpack(String),
    /// What somebody else has put as JSON and is no text, as base64.
    Unreadable(String),
}

/// Why a job is dead.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "kebab-case")]
pub enum QueueDeadReason {
    MaxDeliveries,
    Rejected,
    Invalid,
}

/// What became of a put.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
pub struct QueuePut {
    pub id: String,
    /// Whether a job with that id was there already.
    pub duplicate: bool,
}

/// A job that was taken.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct QueueJob {
    pub id: String,
    pub value: QueueValue,
    pub deliveries: u32,
    /// Milliseconds since 1970.
    pub put_at: f64,
}

/// How full a queue is.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct QueueInfo {
    pub ready: f64,
    pub in_flight: f64,
    pub dead: f64,
    pub bytes: f64,
}

/// A job that is not delivered any more.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct QueueDeadLetter {
    /// Decimal text.
    pub number: String,
    pub id: String,
    pub value: QueueValue,
    pub reason: QueueDeadReason,
    pub error: Option<String>,
    pub deliveries: u32,
    /// Milliseconds since 1970.
    pub put_at: f64,
    /// Milliseconds since 1970.
    pub dead_at: f64,
}

/// Some dead letters.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
pub struct QueueDeadPage {
    pub letters: Vec<QueueDeadLetter>,
    pub more: bool,
}

impl QueueAction {
    /// The queue that it names.
    pub fn queue(&self) -> Option<u32> {
        match self {
            Self::Open { queue, .. }
            | Self::Put { queue, .. }
            | Self::Take { queue, .. }
            | Self::Info { queue }
            | Self::Dead { queue, .. }
            | Self::Requeue { queue, .. }
            | Self::Purge { queue, .. }
            | Self::Delete { queue } => Some(*queue),
            Self::GiveBack { .. }
            | Self::Ack { .. }
            | Self::Nack { .. }
            | Self::Extend { .. }
            | Self::Reject { .. } => None,
        }
    }
}

impl QueueOpening {
    pub fn read(&self) -> Result<QueueOptions> {
        let milliseconds = |time: u32| Duration::from_millis(time.into());
        let age = self
            .max_age_ms
            .as_deref()
            .map(|text| number("maxAgeMs", text))
            .transpose()?;
        Ok(QueueOptions {
            ack_wait: self.ack_wait_ms.map(milliseconds),
            max_deliveries: self.max_deliveries,
            max_messages: self.max_messages.map(u64::from),
            max_bytes: self
                .max_bytes
                .as_deref()
                .map(|text| number("maxBytes", text))
                .transpose()?,
            max_age: age.map(Duration::from_millis),
            dedup_window: self.dedup_window_ms.map(milliseconds),
            dead_letter: self.dead_letter,
            replicas: self.replicas,
        })
    }
}

impl QueueValue {
    fn of(payload: &Payload) -> Self {
        match payload.lane {
            Lane::Text => match std::str::from_utf8(&payload.data) {
                Ok(text) => Self::Json(text.to_owned()),
                Err(_) => Self::Unreadable(BASE64_STANDARD.encode(&payload.data)),
            },
            Lane::Bytes => Self::Bytes(BASE64_STANDARD.encode(&payload.data)),
            Lane::Msgpack => Self::Msgpack(BASE64_STANDARD.encode(&payload.data)),
        }
    }

    pub fn into_payload(self) -> Result<Payload> {
        let decoded = |text: String| {
            BASE64_STANDARD
                .decode(text)
                .map_err(|error| Error::new(ErrorCode::InvalidArgument, format!("the value is no base64: {error}")))
        };
        Ok(match self {
            Self::Json(text) => Payload::text(text),
            Self::Bytes(text) => Payload::bytes(decoded(text)?),
            Self::Msgpack(text) => Payload::msgpack(decoded(text)?),
            Self::Unreadable(_) => {
                let message = "a value that cannot be read cannot be put";
                return Err(Error::new(ErrorCode::InvalidArgument, message));
            }
        })
    }
}

impl From<QueueDeadReason> for DeadReason {
    fn from(reason: QueueDeadReason) -> Self {
        match reason {
            QueueDeadReason::MaxDeliveries => Self::MaxDeliveries,
            QueueDeadReason::Rejected => Self::Rejected,
            QueueDeadReason::Invalid => Self::Invalid,
        }
    }
}

impl From<DeadReason> for QueueDeadReason {
    fn from(reason: DeadReason) -> Self {
        match reason {
            DeadReason::MaxDeliveries => Self::MaxDeliveries,
            DeadReason::Rejected => Self::Rejected,
            DeadReason::Invalid => Self::Invalid,
        }
    }
}

impl From<Put> for QueuePut {
    fn from(Put { id, duplicate }: Put) -> Self {
        Self { id, duplicate }
    }
}

impl From<&Job> for QueueJob {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id().to_owned(),
            value: QueueValue::of(job.payload()),
            deliveries: job.deliveries(),
            put_at: milliseconds_of(job.put_at()),
        }
    }
}

impl From<Info> for QueueInfo {
    fn from(info: Info) -> Self {
        Self {
            ready: info.ready as f64,
            in_flight: info.in_flight as f64,
            dead: info.dead as f64,
            bytes: info.bytes as f64,
        }
    }
}

impl From<DeadPage> for QueueDeadPage {
    fn from(page: DeadPage) -> Self {
        Self {
            letters: page.letters.into_iter().map(QueueDeadLetter::from).collect(),
            more: page.more,
        }
    }
}

impl From<DeadLetter> for QueueDeadLetter {
    fn from(letter: DeadLetter) -> Self {
        Self {
            number: letter.number.to_string(),
            value: QueueValue::of(&letter.payload),
            id: letter.id,
            reason: letter.death.reason.into(),
            error: letter.death.error,
            deliveries: letter.deliveries,
            put_at: milliseconds_of(letter.put_at),
            dead_at: milliseconds_of(letter.dead_at),
        }
    }
}

/// A number that is too large for a number of JavaScript, or may be.
pub fn number(what: &str, text: &str) -> Result<u64> {
    text.parse().map_err(|_| {
        Error::new(
            ErrorCode::InvalidArgument,
            format!("{what} is {text:?}; it is a whole number"),
        )
    })
}

fn milliseconds_of(time: SystemTime) -> f64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    // Whole ones, as dates have them.
    since.as_millis() as f64
}
