use bytes::Bytes;

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    pub value: Bytes,
    /// The revision of the store at which the key came into being; another one after it was deleted and written again.
    pub created: u64,
    /// The revision of the store at which the value was written.
    pub revision: u64,
    /// The lease with which the key goes; 0 for none.
    pub lease: u64,
}

/// What happened to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Put(Entry),
    Delete { key: String, revision: u64 },
}

impl Event {
    pub fn key(&self) -> &str {
        match self {
            Self::Put(entry) => &entry.key,
            Self::Delete { key, .. } => key,
        }
    }

    pub fn revision(&self) -> u64 {
        match self {
            Self::Put(entry) => entry.revision,
            Self::Delete { revision, .. } => *revision,
        }
    }

    /// About what it takes in memory and in a batch.
    pub fn size(&self) -> usize {
        match self {
            Self::Put(entry) => entry.key.len() + entry.value.len() + 64,
            Self::Delete { key, .. } => key.len() + 64,
        }
    }
}

/// Where the events of a batch come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// What was there when the watch began.
    Initial,
    /// Changes, one by one.
    Changes,
    /// The difference between what the watch has told and what is there now: the back end no longer had the changes in
    /// between, so a key that changed several times has one event.
    Resync,
}

/// Some events of a watch, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub phase: Phase,
    pub events: Vec<Event>,
    /// The phase is complete with it. Every watch begins with an initial phase, which may be empty.
    pub complete: bool,
}

/// A part of a list, sorted by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// The revision of the store that it shows.
    pub revision: u64,
    /// There are more keys after the last one.
    pub more: bool,
}
