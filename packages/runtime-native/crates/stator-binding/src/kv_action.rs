//! What JavaScript asks of the store, and what it gets.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use stator_runtime::{
    Error, ErrorCode, Result,
    kv::{Batch, ClaimKind, Entry, Event, Expect, Guard, Outcome, Page, Phase},
};
use ts_rs::TS;

/// Something that is asked of the store. What is held, and who watches, has the number that JavaScript gave.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(
    tag = "do",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum KvAction {
    /// Answers an entry or null.
    Get { key: String },
    /// Answers a page.
    List {
        prefix: String,
        after: Option<String>,
        limit: u32,
    },
    /// Answers what was written.
    Put {
        key: String,
        value: KvValue,
        expect: KvExpect,
        guard: Option<KvGuard>,
        lease: Option<u32>,
        ttl_ms: Option<u32>,
    },
    /// Answers what was written.
    Delete {
        key: String,
        expect: KvExpect,
        guard: Option<KvGuard>,
    },
    /// Answers what is held, when it is.
    Lease { held: u32, ttl_ms: u32 },
    /// Answers what is held, when it is.
    Claim {
        held: u32,
        kind: KvClaimKind,
        name: String,
        value: KvValue,
        ttl_ms: u32,
        wait_ms: Option<u32>,
    },
    /// Fails with the reason when it is lost, and when it is given up.
    Lost { held: u32 },
    /// Gives it up, or the wait for it.
    Release { held: u32 },
    /// Answers an entry or null.
    Holder { kind: KvClaimKind, name: String },
    /// Begins to watch.
    Watch { watch: u32, of: KvWatched },
    /// Answers the next batch.
    Next { watch: u32 },
    /// Ends a watch.
    Unwatch { watch: u32 },
}

/// A value: text where it is UTF-8, so that nearly all need no other form.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum KvValue {
    Text(String),
    Base64(String),
}

/// What must be so for a write to happen. Revisions are decimal text.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum KvExpect {
    Anything,
    Absent,
    At { revision: String },
}

/// The claim that must still be held.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
pub struct KvGuard {
    pub key: String,
    /// Decimal text.
    pub token: String,
}

/// What a claim is for.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum KvClaimKind {
    Lock,
    Election,
}

/// What is watched.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum KvWatched {
    Key(String),
    Prefix(String),
    /// The candidates of an election.
    Election(String),
}

/// A key with its value. Revisions are decimal text.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
pub struct KvEntry {
    pub key: String,
    pub value: KvValue,
    pub created: String,
    pub revision: String,
}

/// A part of a list.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
pub struct KvPage {
    pub entries: Vec<KvEntry>,
    pub revision: String,
    pub more: bool,
}

/// What became of a write.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum KvWritten {
    Written { revision: String },
    Nothing,
    Mismatch { current: Option<KvEntry> },
}

/// What is held now: a lease, or a claim with the key and the token that guard writes.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct KvHeld {
    pub guard: Option<KvGuard>,
    /// As it was granted.
    pub ttl_ms: u32,
}

/// Some events of a watch.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
pub struct KvBatch {
    pub phase: KvPhase,
    pub events: Vec<KvEvent>,
    pub complete: bool,
}

/// Where the events of a batch come from.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum KvPhase {
    Initial,
    Changes,
    Resync,
}

/// What happened to a key.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum KvEvent {
    Put { entry: KvEntry },
    Delete { key: String, revision: String },
}

impl KvValue {
    pub fn of(value: &Bytes) -> Self {
        match std::str::from_utf8(value) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64(BASE64_STANDARD.encode(value)),
        }
    }

    pub fn into_bytes(self) -> Result<Bytes> {
        match self {
            Self::Text(text) => Ok(text.into()),
            Self::Base64(text) => BASE64_STANDARD
                .decode(text)
                .map(Bytes::from)
                .map_err(|error| Error::new(ErrorCode::InvalidArgument, format!("the value is no base64: {error}"))),
        }
    }
}

impl KvExpect {
    pub fn read(&self) -> Result<Expect> {
        match self {
            Self::Anything => Ok(Expect::Anything),
            Self::Absent => Ok(Expect::Absent),
            Self::At { revision } => number("revision", revision).map(Expect::Revision),
        }
    }
}

impl KvGuard {
    pub fn read(self) -> Result<Guard> {
        let token = number("fencing token", &self.token)?;
        Ok(Guard { key: self.key, token })
    }
}

impl From<&Guard> for KvGuard {
    fn from(guard: &Guard) -> Self {
        Self {
            key: guard.key.clone(),
            token: guard.token.to_string(),
        }
    }
}

impl From<KvClaimKind> for ClaimKind {
    fn from(kind: KvClaimKind) -> Self {
        match kind {
            KvClaimKind::Lock => Self::Lock,
            KvClaimKind::Election => Self::Election,
        }
    }
}

impl From<Entry> for KvEntry {
    fn from(entry: Entry) -> Self {
        Self {
            value: KvValue::of(&entry.value),
            key: entry.key,
            created: entry.created.to_string(),
            revision: entry.revision.to_string(),
        }
    }
}

impl From<Page> for KvPage {
    fn from(page: Page) -> Self {
        Self {
            entries: page.entries.into_iter().map(KvEntry::from).collect(),
            revision: page.revision.to_string(),
            more: page.more,
        }
    }
}

impl From<Outcome> for KvWritten {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Written { revision } => Self::Written {
                revision: revision.to_string(),
            },
            Outcome::Mismatch { current } => Self::Mismatch {
                current: current.map(KvEntry::from),
            },
            // The last two are errors before they come here.
            Outcome::Nothing | Outcome::Fenced | Outcome::NoLease => Self::Nothing,
        }
    }
}

impl From<Batch> for KvBatch {
    fn from(batch: Batch) -> Self {
        Self {
            phase: match batch.phase {
                Phase::Initial => KvPhase::Initial,
                Phase::Changes => KvPhase::Changes,
                Phase::Resync => KvPhase::Resync,
            },
            events: batch.events.into_iter().map(KvEvent::from).collect(),
            complete: batch.complete,
        }
    }
}

impl From<Event> for KvEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::Put(entry) => Self::Put { entry: entry.into() },
            Event::Delete { key, revision } => Self::Delete {
                key,
                revision: revision.to_string(),
            },
        }
    }
}

fn number(what: &str, text: &str) -> Result<u64> {
    text.parse().map_err(|_| {
        Error::new(
            ErrorCode::InvalidArgument,
            format!("{text:?} is no {what}; give one that the store gave"),
        )
    })
}
