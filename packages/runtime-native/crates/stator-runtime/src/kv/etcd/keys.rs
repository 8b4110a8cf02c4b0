use bytes::Bytes;
use etcd_client::KeyValue;

use crate::kv::{Entry, Range};

/// What every key of the store begins with in etcd. Discovery's begin with `v1/`.
pub const ROOT: &str = "stator/";

pub(super) fn full(key: &str) -> String {
    format!("{ROOT}{key}")
}

/// The first key of a range, and the first one after it.
pub(super) fn bounds(range: &Range) -> (Vec<u8>, Vec<u8>) {
    let start = full(range.start()).into_bytes();
    let end = match range {
        Range::Key(_) => [start.as_slice(), &[0]].concat(),
        Range::Prefix(_) => after(&start),
    };
    (start, end)
}

/// The first key that does not begin so. The last byte of UTF-8 is never 255, and no prefix is empty.
pub(super) fn after(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    if let Some(last) = end.last_mut() {
        *last = last.saturating_add(1);
    }
    end
}

/// `None` for keys that are not text, which are none of ours.
pub(super) fn entry(record: &KeyValue) -> Option<Entry> {
    let key = std::str::from_utf8(record.key()).ok()?.strip_prefix(ROOT)?.to_owned();
    Some(Entry {
        key,
        created: number(record.create_revision()),
        revision: number(record.mod_revision()),
        lease: record.lease().cast_unsigned(),
        value: Bytes::copy_from_slice(record.value()),
    })
}

/// Revisions of etcd are never negative.
pub(super) fn number(revision: i64) -> u64 {
    u64::try_from(revision).unwrap_or_default()
}

/// A revision as etcd counts. One that it cannot have fits nothing there.
pub(super) fn revision(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
