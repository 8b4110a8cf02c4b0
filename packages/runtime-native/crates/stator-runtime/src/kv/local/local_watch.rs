use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{shared::Shared, state::State};
use crate::{
    Error, ErrorCode, Result,
    discovery::BoxFuture,
    kv::{
        Batch, Entry, Event, Phase, Range, Watch,
        limits::{BATCH_BYTES, BATCH_EVENTS},
    },
};

/// A revision that no value has.
const NEVER: u64 = 0;

/// Follows a range of a local store. It takes from the store what it has not told yet when it is asked, so one who does
/// not ask costs nothing; when the store no longer remembers, it tells the difference.
pub(super) struct LocalWatch {
    shared: Arc<Shared>,
    range: Range,
    stop: CancellationToken,
    changed: watch::Receiver<()>,
    /// What was told, or is about to be: the revision of each key.
    known: BTreeMap<String, u64>,
    /// Everything up to this step was told, or is about to be.
    position: u64,
    epoch: u64,
    /// Of the initial phase or a resync.
    pending: VecDeque<Event>,
    phase: Phase,
}

impl LocalWatch {
    pub(super) fn new(shared: Arc<Shared>, range: Range, stop: CancellationToken) -> Self {
        let changed = shared.listen();
        let mut watch = Self {
            changed,
            range,
            stop,
            known: BTreeMap::new(),
            position: 0,
            epoch: 0,
            pending: VecDeque::new(),
            phase: Phase::Initial,
            shared: Arc::clone(&shared),
        };
        shared.look(|state| watch.compare(state));
        watch
    }

    /// What there is to tell now.
    fn take(&mut self) -> Option<Batch> {
        if self.phase == Phase::Changes {
            let shared = Arc::clone(&self.shared);
            let events = shared.look(|state| self.advance(state));
            if self.phase == Phase::Changes {
                return (!events.is_empty()).then_some(Batch {
                    phase: Phase::Changes,
                    events,
                    complete: true,
                });
            }
        }
        let mut events = Vec::new();
        let mut size = 0;
        while events.len() < BATCH_EVENTS && size < BATCH_BYTES {
            let Some(event) = self.pending.pop_front() else { break };
            size += event.size();
            events.push(event);
        }
        let (phase, complete) = (self.phase, self.pending.is_empty());
        if complete {
            self.phase = Phase::Changes;
        }
        Some(Batch {
            phase,
            events,
            complete,
        })
    }

    /// Goes on in the history, or compares when there is none.
    fn advance(&mut self, state: &State) -> Vec<Event> {
        let steps = if state.epoch == self.epoch {
            state.since(self.position)
        } else {
            None
        };
        let Some(steps) = steps else {
            self.phase = Phase::Resync;
            self.compare(state);
            return Vec::new();
        };
        let mut events = Vec::new();
        let mut size = 0;
        let mut last = state.revision;
        for (revision, of_step) in steps {
            if events.len() >= BATCH_EVENTS || size >= BATCH_BYTES {
                last = revision - 1;
                break;
            }
            for event in of_step.iter().filter(|event| self.range.contains(event.key())) {
                match event {
                    Event::Put(entry) => self.known.insert(entry.key.clone(), entry.revision),
                    Event::Delete { key, .. } => self.known.remove(key),
                };
                size += event.size();
                events.push(event.clone());
            }
        }
        self.position = last;
        events
    }

    /// Makes of the difference between what is known and what is there what is to be told.
    fn compare(&mut self, state: &State) {
        if state.epoch != self.epoch {
            // The numbers begin anew, so an equal one may be that of another value.
            for revision in self.known.values_mut() {
                *revision = NEVER;
            }
        }
        let now = state.all(&self.range);
        self.pending.extend(difference(&mut self.known, now, state.revision));
        self.position = state.revision;
        self.epoch = state.epoch;
    }
}

/// The events that lead from what is known to what is there, after which that is known. Deletions come first.
pub(in crate::kv) fn difference(known: &mut BTreeMap<String, u64>, now: Vec<Entry>, revision: u64) -> Vec<Event> {
    let next: BTreeMap<String, u64> = now.iter().map(|entry| (entry.key.clone(), entry.revision)).collect();
    let mut events: Vec<Event> = known
        .keys()
        .filter(|key| !next.contains_key(*key))
        .map(|key| Event::Delete {
            key: key.clone(),
            revision,
        })
        .collect();
    let changed = now
        .into_iter()
        .filter(|entry| known.get(&entry.key) != Some(&entry.revision));
    events.extend(changed.map(Event::Put));
    *known = next;
    events
}

impl Watch for LocalWatch {
    fn next(&mut self) -> BoxFuture<'_, Result<Batch>> {
        Box::pin(async move {
            loop {
                self.changed.mark_unchanged();
                if let Some(batch) = self.take() {
                    return Ok(batch);
                }
                tokio::select! {
                    () = self.stop.cancelled() => {
                        return Err(Error::new(ErrorCode::ShuttingDown, "the store was closed"));
                    }
                    // The sender lives in what is shared.
                    _ = self.changed.changed() => {}
                }
            }
        })
    }
}
