//! Discovery through etcd: the original's keys and records, bound to one lease a process.
//!
//! - [`EtcdDiscovery`] is what the runtime sees.
//! - `lease_keeper` renews the lease, notices when it is lost, and takes another.
//! - `watcher` reads every record, follows the changes, and reads everything again after a gap.
//!
//! Registering, the lease and the watch have a connection each, so that none waits behind another.

mod entry_view;
mod etcd_discovery;
mod joining;
mod lease_keeper;
mod own_records;
mod reachability;
mod record_key;
mod record_view;
mod view;
mod watcher;

pub use crate::etcd::{EtcdOptions, TlsFiles};
pub use etcd_discovery::EtcdDiscovery;

/// For `fuzz`: reads a key, and writes it again.
#[cfg(fuzzing)]
pub(super) fn parse_key(key: &[u8]) -> Option<String> {
    record_key::RecordKey::parse(key).ok().map(|key| key.to_string())
}
