use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::Bound,
};

use bytes::Bytes;

use super::change::Change;
use crate::{
    Error, ErrorCode, Result,
    kv::{
        Entry, Event, Expect, List, Operation, Outcome, Page, Range, Write,
        limits::{MAX_KEYS, MAX_PAGE_BYTES, MAX_STORE_BYTES},
    },
};

/// How many steps are remembered for those who watch.
const HISTORY: usize = 4096;
/// The most bytes of what is remembered.
const HISTORY_BYTES: usize = 16 << 20;

/// A lease that nobody renewed is gone at its deadline. One whose deadline is further away than this after its time to
/// live is of another run of the machine.
const SLACK: u64 = 1000;

/// Everything that the store knows. A pure function of the changes that were applied, in their order.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) revision: u64,
    pub(super) entries: BTreeMap<String, Stored>,
    pub(super) leases: BTreeMap<u64, LeaseState>,
    bytes: usize,
    /// The events of the latest steps.
    history: VecDeque<Step>,
    history_bytes: usize,
    /// Steps up to this one are no longer remembered.
    pub(super) forgotten: u64,
    /// Another number after the store was emptied from outside.
    pub(super) epoch: u64,
    /// Which folder the changes are of; nothing before the first reading, and in memory.
    pub(super) folder: Vec<u8>,
}

#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) value: Bytes,
    pub(super) created: u64,
    pub(super) revision: u64,
    pub(super) lease: u64,
}

#[derive(Debug, Clone, Default)]
pub(super) struct LeaseState {
    pub(super) ttl: u64,
    pub(super) deadline: u64,
    pub(super) keys: BTreeSet<String>,
}

#[derive(Debug)]
struct Step {
    revision: u64,
    events: Vec<Event>,
    size: usize,
}

/// What a request comes to.
pub(super) enum Decision<T> {
    /// Nothing is to be changed; this is the answer.
    Answer(T),
    /// If this change is made, the answer follows from its revision.
    Commit(Change, fn(u64) -> T),
}

impl State {
    /// An empty one in the place of this one, which those who watch tell apart from it.
    pub(super) fn begin_anew(&mut self) {
        *self = Self {
            epoch: self.epoch + 1,
            ..Self::default()
        };
    }

    pub(super) fn get(&self, key: &str) -> Option<Entry> {
        self.entries.get(key).map(|stored| stored.entry(key))
    }

    pub(super) fn list(&self, list: &List) -> Page {
        let mut page = Page {
            entries: Vec::new(),
            revision: self.revision,
            more: false,
        };
        let mut bytes = 0;
        for (key, stored) in self.from(&list.prefix) {
            if list.after.as_ref().is_some_and(|after| key <= after) {
                continue;
            }
            bytes += key.len() + stored.value.len();
            if page.entries.len() == list.limit || (bytes > MAX_PAGE_BYTES && !page.entries.is_empty()) {
                page.more = true;
                break;
            }
            page.entries.push(stored.entry(key));
        }
        page
    }

    fn from<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a String, &'a Stored)> {
        self.entries
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// All that is in the range now.
    pub(super) fn all(&self, range: &Range) -> Vec<Entry> {
        match range {
            Range::Key(key) => self.get(key).into_iter().collect(),
            Range::Prefix(prefix) => self.from(prefix).map(|(key, stored)| stored.entry(key)).collect(),
        }
    }

    pub(super) fn decide(&self, write: &Write) -> Result<Decision<Outcome>> {
        if let Some(guard) = &write.guard
            && self.entries.get(&guard.key).map(|stored| stored.created) != Some(guard.token)
        {
            return Ok(Decision::Answer(Outcome::Fenced));
        }
        let current = self.entries.get(&write.key);
        let fits = match write.expect {
            Expect::Anything => true,
            Expect::Absent => current.is_none(),
            Expect::Revision(revision) => current.is_some_and(|stored| stored.revision == revision),
        };
        if !fits {
            let current = current.map(|stored| stored.entry(&write.key));
            return Ok(Decision::Answer(Outcome::Mismatch { current }));
        }
        let change = match &write.operation {
            Operation::Delete if current.is_none() => return Ok(Decision::Answer(Outcome::Nothing)),
            Operation::Delete => Change::Delete { key: write.key.clone() },
            Operation::Put { lease, .. } if *lease != 0 && !self.leases.contains_key(lease) => {
                return Ok(Decision::Answer(Outcome::NoLease));
            }
            Operation::Put { value, lease } => {
                self.check_room(current, &write.key, value)?;
                Change::Put {
                    key: write.key.clone(),
                    value: value.clone(),
                    lease: *lease,
                }
            }
        };
        Ok(Decision::Commit(change, |revision| Outcome::Written { revision }))
    }

    /// Whether another lease may be granted.
    pub(super) fn check_leases(&self) -> Result<()> {
        if self.leases.len() < MAX_KEYS {
            return Ok(());
        }
        Err(full(&format!("{MAX_KEYS} leases")))
    }

    fn check_room(&self, current: Option<&Stored>, key: &str, value: &Bytes) -> Result<()> {
        if current.is_none() && self.entries.len() >= MAX_KEYS {
            return Err(full(&format!("{MAX_KEYS} keys")));
        }
        let before = current.map_or(0, |stored| stored.size(key));
        if self.bytes - before + key.len() + value.len() > MAX_STORE_BYTES {
            return Err(full(&format!("{MAX_STORE_BYTES} bytes")));
        }
        Ok(())
    }

    /// A lease whose time is up.
    pub(super) fn due(&self, now: u64) -> Option<u64> {
        let due = |lease: &LeaseState| {
            lease.deadline <= now || lease.deadline > now.saturating_add(lease.ttl).saturating_add(SLACK)
        };
        self.leases.iter().find_map(|(id, lease)| due(lease).then_some(*id))
    }

    /// When the next lease ends, if nobody renews it.
    pub(super) fn next_deadline(&self) -> Option<u64> {
        self.leases.values().map(|lease| lease.deadline).min()
    }

    /// Makes the next step.
    pub(super) fn apply(&mut self, change: Change) {
        self.revision += 1;
        let revision = self.revision;
        let mut events = Vec::new();
        match change {
            Change::Put { key, value, lease } => {
                let created = self.take(&key).map_or(revision, |stored| stored.created);
                if let Some(held) = self.leases.get_mut(&lease) {
                    held.keys.insert(key.clone());
                }
                let stored = Stored {
                    value,
                    created,
                    revision,
                    lease,
                };
                events.push(Event::Put(stored.entry(&key)));
                self.bytes += stored.size(&key);
                self.entries.insert(key, stored);
            }
            Change::Delete { key } => {
                if self.take(&key).is_some() {
                    events.push(Event::Delete { key, revision });
                }
            }
            Change::Grant { lease, ttl, deadline } => {
                let keys = BTreeSet::new();
                self.leases.insert(lease, LeaseState { ttl, deadline, keys });
            }
            Change::Renew { lease, deadline } => {
                if let Some(lease) = self.leases.get_mut(&lease) {
                    lease.deadline = deadline;
                }
            }
            Change::Revoke { lease } => {
                for key in self.leases.remove(&lease).unwrap_or_default().keys {
                    if self.take(&key).is_some() {
                        events.push(Event::Delete { key, revision });
                    }
                }
            }
            Change::Unknown => {}
        }
        self.remember(revision, events);
    }

    /// Puts back what a snapshot says.
    pub(super) fn restore(&mut self, key: String, stored: Stored) {
        // One that the snapshot has twice counts once.
        self.take(&key);
        if let Some(lease) = self.leases.get_mut(&stored.lease) {
            lease.keys.insert(key.clone());
        }
        self.bytes += stored.size(&key);
        self.entries.insert(key, stored);
    }

    fn take(&mut self, key: &str) -> Option<Stored> {
        let stored = self.entries.remove(key)?;
        self.bytes -= stored.size(key);
        if let Some(lease) = self.leases.get_mut(&stored.lease) {
            lease.keys.remove(key);
        }
        Some(stored)
    }

    fn remember(&mut self, revision: u64, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        let size = events.iter().map(Event::size).sum();
        self.history_bytes += size;
        self.history.push_back(Step { revision, events, size });
        while self.history.len() > HISTORY || self.history_bytes > HISTORY_BYTES {
            let Some(step) = self.history.pop_front() else { break };
            self.history_bytes -= step.size;
            self.forgotten = step.revision;
        }
    }

    /// The events after `position`, step by step; `None` when they are no longer all known.
    pub(super) fn since(&self, position: u64) -> Option<impl Iterator<Item = (u64, &[Event])>> {
        if position < self.forgotten || position > self.revision {
            return None;
        }
        let from = self.history.partition_point(|step| step.revision <= position);
        Some(
            self.history
                .iter()
                .skip(from)
                .map(|step| (step.revision, step.events.as_slice())),
        )
    }
}

impl Stored {
    pub(super) fn entry(&self, key: &str) -> Entry {
        Entry {
            key: key.to_owned(),
            value: self.value.clone(),
            created: self.created,
            revision: self.revision,
            lease: self.lease,
        }
    }

    fn size(&self, key: &str) -> usize {
        key.len() + self.value.len()
    }
}

fn full(limit: &str) -> Error {
    Error::new(
        ErrorCode::Overloaded,
        format!("the store is full: it takes {limit}; delete some, or use etcd"),
    )
}
