use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use etcd_client::KeyValue;
use prometheus::IntCounter;

use super::view::View;
use crate::discovery::{Entries, record::MAX_RECORD_BYTES, warnings::Warnings};

/// More records than this are not looked at.
const MAX_RECORDS: usize = 65_536;

/// Records of one bucket whose meaning is known elsewhere, by key.
#[derive(Debug)]
pub(super) struct EntryView {
    prefix: &'static str,
    entries: BTreeMap<String, Arc<[u8]>>,
    warnings: Warnings,
    skipped: IntCounter,
}

impl EntryView {
    pub(super) fn new(prefix: &'static str, skipped: IntCounter) -> Self {
        Self {
            prefix,
            entries: BTreeMap::new(),
            warnings: Warnings::default(),
            skipped,
        }
    }

    fn key<'a>(&self, key: &'a [u8]) -> Option<&'a str> {
        std::str::from_utf8(key).ok()?.strip_prefix(self.prefix)
    }

    fn skip(&mut self, record: &KeyValue, reason: &str) {
        self.skipped.inc();
        let shown: String = String::from_utf8_lossy(record.key()).chars().take(200).collect();
        self.warnings.warn(&shown, &format!("skipped: {reason}"));
    }
}

impl View for EntryView {
    type Snapshot = Entries;

    fn prefix(&self) -> &'static str {
        self.prefix
    }

    fn replace(&mut self, everything: &[KeyValue]) -> bool {
        let present: BTreeSet<&str> = everything.iter().filter_map(|record| self.key(record.key())).collect();
        let before = self.entries.len();
        self.entries.retain(|key, _| present.contains(key.as_str()));
        let mut changed = self.entries.len() != before;
        for record in everything {
            changed |= self.put(record);
        }
        changed
    }

    fn put(&mut self, record: &KeyValue) -> bool {
        let Some(key) = self.key(record.key()) else {
            self.skip(record, "its key is not UTF-8");
            return false;
        };
        if record.value().len() as u64 > MAX_RECORD_BYTES {
            self.skip(record, "it is too large");
            return self.delete(record.key());
        }
        let known = self.entries.get(key);
        if known.is_some_and(|known| **known == *record.value()) {
            return false;
        }
        if known.is_none() && self.entries.len() >= MAX_RECORDS {
            self.skip(record, "there are too many");
            return false;
        }
        self.entries.insert(key.to_owned(), record.value().into());
        true
    }

    fn delete(&mut self, key: &[u8]) -> bool {
        self.key(key).is_some_and(|key| self.entries.remove(key).is_some())
    }

    fn snapshot(&self) -> Entries {
        Arc::new(self.entries.clone())
    }
}
