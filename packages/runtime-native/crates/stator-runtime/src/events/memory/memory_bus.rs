use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Weak},
};

use bytes::Bytes;
use parking_lot::Mutex;

use super::super::Inlet;
use crate::named::Named;

/// By subject.
type Subscriptions = Mutex<HashMap<String, Vec<Weak<Inlet>>>>;

/// Subscriptions of this process, by subject. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct MemoryBus(Arc<Subscriptions>);

static PROCESS: LazyLock<MemoryBus> = LazyLock::new(MemoryBus::default);
static NAMED: LazyLock<Named<Subscriptions>> = LazyLock::new(Named::default);

impl MemoryBus {
    /// The bus that all runtimes of this process share unless they are given another.
    pub fn process() -> Self {
        PROCESS.clone()
    }

    /// The bus of that name; the empty name is [`MemoryBus::process`].
    pub fn named(name: &str) -> Self {
        if name.is_empty() {
            return Self::process();
        }
        Self(NAMED.get(name, Arc::default))
    }

    pub(super) fn add(&self, subject: &str, inlet: &Arc<Inlet>) {
        let mut subscriptions = self.0.lock();
        subscriptions
            .entry(subject.to_owned())
            .or_default()
            .push(Arc::downgrade(inlet));
    }

    /// Takes off a subscription, and those that are gone.
    pub(super) fn remove(&self, subject: &str, inlet: &Arc<Inlet>) {
        let mut subscriptions = self.0.lock();
        let Some(inlets) = subscriptions.get_mut(subject) else {
            return;
        };
        inlets.retain(|other| other.strong_count() > 0 && !std::ptr::eq(other.as_ptr(), Arc::as_ptr(inlet)));
        if inlets.is_empty() {
            subscriptions.remove(subject);
        }
    }

    pub(super) fn send(&self, subject: &str, envelope: &Bytes) {
        let inlets = self.0.lock().get(subject).cloned().unwrap_or_default();
        for inlet in inlets.iter().filter_map(Weak::upgrade) {
            inlet.take(envelope);
        }
    }
}
