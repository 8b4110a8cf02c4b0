use std::time::SystemTime;

use crate::payload::Payload;

/// A job that is not delivered any more.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// Numbers the dead letters of a queue; larger ones died later.
    pub number: u64,
    pub id: String,
    pub payload: Payload,
    pub death: Death,
    pub deliveries: u32,
    pub put_at: SystemTime,
    pub dead_at: SystemTime,
}

/// Some dead letters.
#[derive(Debug, Clone, Default)]
pub struct DeadPage {
    pub letters: Vec<DeadLetter>,
    /// Whether there may be more after these.
    pub more: bool,
}

/// Why a job is dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Death {
    pub reason: DeadReason,
    /// What the last worker said of it; none when it said nothing.
    pub error: Option<String>,
}

/// Why a job is not delivered any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadReason {
    /// It was delivered as often as the queue allows, and never done.
    MaxDeliveries,
    /// A worker said that nobody can do it.
    Rejected,
    /// Its value cannot be read, or does not fit the schema of whoever took it.
    Invalid,
}

impl DeadReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MaxDeliveries => "max-deliveries",
            Self::Rejected => "rejected",
            Self::Invalid => "invalid",
        }
    }

    /// What another version wrote and this one does not know was a rejection of some kind.
    pub fn parse(text: &str) -> Self {
        match text {
            "max-deliveries" => Self::MaxDeliveries,
            "invalid" => Self::Invalid,
            _ => Self::Rejected,
        }
    }
}
