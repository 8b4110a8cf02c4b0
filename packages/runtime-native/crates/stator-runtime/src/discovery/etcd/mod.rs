//! Discovery through etcd: the original's keys and records, bound to one lease a process.
//!
//! - [`EtcdDiscovery`] is what the runtime sees.
//! - `lease_keeper` renews the lease, notices when it is lost, and takes another.
//! - `watcher` reads every record, follows the changes, and reads everything again after a gap.
//!
//! Registering, the lease and the watch have a connection each, so that none waits behind another.

mod back_off;
mod entry_view;
mod etcd_connection;
mod etcd_discovery;
mod etcd_options;
mod failure;
mod joining;
mod lease_keeper;
mod own_records;
mod reachability;
mod record_key;
mod record_view;
mod tls_files;
mod view;
mod watcher;

pub use etcd_discovery::EtcdDiscovery;
pub use etcd_options::EtcdOptions;
pub use tls_files::TlsFiles;
