use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use etcd_client::KeyValue;
use prometheus::IntCounter;

use super::{
    record_key::{PREFIX, RecordKey},
    view::View,
};
use crate::discovery::{
    Instance, Instances,
    record::{MAX_RECORD_BYTES, decode},
    warnings::Warnings,
};

/// More records than this are not looked at.
const MAX_RECORDS: usize = 65_536;

/// So many keys that are no records are remembered, to be logged once each.
const MAX_FOREIGN: usize = 1024;

/// What etcd said last, in the order of snapshots.
#[derive(Debug)]
pub(super) struct RecordView {
    records: BTreeMap<RecordKey, Arc<Instance>>,
    /// What was no record, with its revision.
    foreign: HashMap<Vec<u8>, i64>,
    warnings: Warnings,
    skipped: IntCounter,
}

impl RecordView {
    pub(super) fn new(skipped: IntCounter) -> Self {
        Self {
            records: BTreeMap::new(),
            foreign: HashMap::new(),
            warnings: Warnings::default(),
            skipped,
        }
    }

    fn skip(&mut self, record: &KeyValue, reason: &str) {
        let revision = record.mod_revision();
        if self.foreign.get(record.key()) == Some(&revision) {
            return;
        }
        self.skipped.inc();
        if self.foreign.len() < MAX_FOREIGN {
            self.foreign.insert(record.key().to_vec(), revision);
        }
        let shown: String = String::from_utf8_lossy(record.key()).chars().take(200).collect();
        self.warnings
            .warn(&shown, &format!("skipped, it is no instance record: {reason}"));
    }
}

impl View for RecordView {
    type Snapshot = Instances;

    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn replace(&mut self, everything: &[KeyValue]) -> bool {
        let present: BTreeSet<RecordKey> = everything
            .iter()
            .filter_map(|record| RecordKey::parse(record.key()).ok())
            .collect();
        let before = self.records.len();
        self.records.retain(|key, _| present.contains(key));
        let mut changed = self.records.len() != before;
        let keys: BTreeSet<&[u8]> = everything.iter().map(KeyValue::key).collect();
        self.foreign.retain(|key, _| keys.contains(key.as_slice()));
        for record in everything {
            changed |= self.put(record);
        }
        changed
    }

    fn put(&mut self, record: &KeyValue) -> bool {
        let (key, instance) = match read(record) {
            Ok(read) => read,
            Err(reason) => {
                self.skip(record, &reason);
                return RecordKey::parse(record.key()).is_ok_and(|key| self.records.remove(&key).is_some());
            }
        };
        if self.foreign.remove(record.key()).is_some() {
            tracing::debug!(%key, "a record that was none has become one");
        }
        if self.records.get(&key).is_some_and(|known| **known == instance) {
            return false;
        }
        if self.records.len() >= MAX_RECORDS && !self.records.contains_key(&key) {
            self.warnings
                .warn("etcd", &format!("there are more than {MAX_RECORDS} records"));
            return false;
        }
        self.records.insert(key, Arc::new(instance));
        true
    }

    fn delete(&mut self, key: &[u8]) -> bool {
        self.foreign.remove(key);
        RecordKey::parse(key).is_ok_and(|key| self.records.remove(&key).is_some())
    }

    fn snapshot(&self) -> Instances {
        Arc::new(self.records.values().cloned().collect())
    }
}

fn read(record: &KeyValue) -> Result<(RecordKey, Instance), String> {
    let key = RecordKey::parse(record.key())?;
    if record.value().len() as u64 > MAX_RECORD_BYTES {
        return Err(format!("it is larger than {MAX_RECORD_BYTES} bytes"));
    }
    let instance = decode(record.value())?;
    let place = RecordKey::of(&instance);
    if place == key {
        Ok((key, instance))
    } else {
        Err(format!("its content belongs under the key {place}"))
    }
}
