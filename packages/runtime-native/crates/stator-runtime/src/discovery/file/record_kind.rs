use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use percent_encoding::percent_decode_str;

use super::{
    super::{Entries, Instance, Instances},
    record::{decode, entry_file_name},
};

/// What the files of a bucket hold.
pub(super) trait RecordKind: Debug + Send + Sync + 'static {
    /// For messages: "it is no ...".
    const NAME: &'static str;
    type Record: Debug + PartialEq + Send + Sync;
    type Snapshot: Clone + Debug + Default + Send + Sync;

    /// Reads a file, or says why it is no record.
    fn decode(name: &str, content: &[u8]) -> Result<Self::Record, String>;

    fn snapshot(records: impl Iterator<Item = Arc<Self::Record>>) -> Self::Snapshot;
}

/// Instances.
#[derive(Debug)]
pub(super) struct InstanceFiles;

impl RecordKind for InstanceFiles {
    const NAME: &'static str = "instance record";
    type Record = Instance;
    type Snapshot = Instances;

    fn decode(name: &str, content: &[u8]) -> Result<Instance, String> {
        decode(name, content)
    }

    fn snapshot(records: impl Iterator<Item = Arc<Instance>>) -> Instances {
        let mut instances: Vec<_> = records.collect();
        instances.sort_unstable_by(|a, b| a.order(b));
        Arc::new(instances)
    }
}

/// Records whose meaning is known elsewhere.
#[derive(Debug)]
pub(super) struct EntryFiles;

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    key: String,
    value: Arc<[u8]>,
}

impl RecordKind for EntryFiles {
    const NAME: &'static str = "record";
    type Record = Entry;
    type Snapshot = Entries;

    fn decode(name: &str, content: &[u8]) -> Result<Entry, String> {
        let key = percent_decode_str(name)
            .decode_utf8()
            .map_err(|_| "its key is not UTF-8")?
            .into_owned();
        // One spelling a record, or the same place could be there twice.
        if entry_file_name(&key).is_ok_and(|expected| expected == name) {
            Ok(Entry {
                key,
                value: content.into(),
            })
        } else {
            Err("its name is not escaped as a key is".to_owned())
        }
    }

    fn snapshot(records: impl Iterator<Item = Arc<Entry>>) -> Entries {
        let entries: BTreeMap<_, _> = records
            .map(|entry| (entry.key.clone(), Arc::clone(&entry.value)))
            .collect();
        Arc::new(entries)
    }
}
