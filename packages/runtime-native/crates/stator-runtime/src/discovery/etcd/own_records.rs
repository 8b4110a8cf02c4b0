use std::collections::BTreeMap;

use parking_lot::Mutex;

/// What this process wants to be known under its present id, by key. What etcd has is made to agree with it.
#[derive(Debug, Default)]
pub(super) struct OwnRecords(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    closed: bool,
    records: BTreeMap<String, Own>,
}

#[derive(Debug, Clone)]
pub(super) struct Own {
    pub(super) value: Vec<u8>,
    /// Etcd has had it. One that is on its way is not missing.
    pub(super) stood: bool,
}

impl OwnRecords {
    /// Returns what stood there before; an error when the connection is closed.
    pub(super) fn insert(&self, key: String, value: Vec<u8>) -> Result<Option<Own>, Closed> {
        let mut state = self.0.lock();
        if state.closed {
            return Err(Closed);
        }
        Ok(state.records.insert(key, Own { value, stood: false }))
    }

    /// Etcd has it.
    pub(super) fn stands(&self, key: &str) {
        if let Some(own) = self.0.lock().records.get_mut(key) {
            own.stood = true;
        }
    }

    /// Registering failed: what stood there before counts again.
    pub(super) fn restore(&self, key: &str, before: Option<Own>) {
        let mut state = self.0.lock();
        match before {
            Some(own) if !state.closed => state.records.insert(key.to_owned(), own),
            _ => state.records.remove(key),
        };
    }

    /// False when it was not there.
    pub(super) fn remove(&self, key: &str) -> bool {
        self.0.lock().records.remove(key).is_some()
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.0.lock().records.contains_key(key)
    }

    pub(super) fn all(&self) -> BTreeMap<String, Own> {
        self.0.lock().records.clone()
    }

    /// The id is gone, and with it what was registered under it.
    pub(super) fn clear(&self) {
        self.0.lock().records.clear();
    }

    /// Lets nothing new in.
    pub(super) fn close(&self) {
        let mut state = self.0.lock();
        state.closed = true;
        state.records.clear();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.lock().closed
    }
}

/// The connection to the back end was closed.
#[derive(Debug)]
pub(super) struct Closed;
