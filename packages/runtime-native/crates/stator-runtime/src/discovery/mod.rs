//! Who serves what, and where: the trait and its back ends.

mod bucket;
mod condition;
mod config;
mod connection_id;
mod discovery_metrics;
pub mod etcd;
pub mod file;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod instance;
mod kept_records;
mod membership;
pub mod memory;
pub mod name;
mod record;
mod registration;

pub use bucket::{Bucket, Entries};
pub use condition::Condition;
pub use config::{DiscoveryConfig, connect};
pub(crate) use connection_id::connection_id;
pub use discovery_metrics::DiscoveryMetrics;
pub use etcd::{EtcdDiscovery, EtcdOptions};
pub use file::{FileDiscovery, FileOptions, FileRoot};
pub use instance::{Instance, Stator, Transport, of_endpoint};
pub(crate) use kept_records::KeptRecords;
pub use membership::Membership;
pub use memory::{MemoryDiscovery, MemoryStore};
pub use name::{near_names, validate_name};

use std::{future::Future, pin::Pin, sync::Arc};

use tokio::sync::watch;

use crate::{Error, ErrorCode, Result, warnings};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Every instance that the back end knows at one moment, sorted by path and id.
pub type Instances = Arc<Vec<Arc<Instance>>>;

/// Registers this process's instances and watches everybody's.
///
/// A watch yields whole, conflated snapshots: a slow reader can miss an intermediate state, never the latest one.
pub trait Discovery: Send + Sync + 'static {
    /// Name for messages: `memory`, `file`, `etcd`.
    fn backend(&self) -> &'static str;

    /// Where the back end looks, for messages: a folder, a list of addresses.
    fn location(&self) -> String;

    /// The id under which everything of this process is registered now.
    fn connection_id(&self) -> u64;

    /// Follows that id, where it can be lost: then nothing is registered any more, and everything has to be registered
    /// again under the next one. `None` where it never changes.
    fn membership(&self) -> Option<watch::Receiver<Membership>> {
        None
    }

    /// Forgets this process, as a back end does whose lease has run out, or takes it in again under another id: for tests.
    /// Only discovery in memory can.
    fn set_held(&self, _held: bool) -> Result<()> {
        Err(Error::new(
            ErrorCode::InvalidArgument,
            format!(
                "losing a lease can be played in memory only, not with {} discovery",
                self.backend()
            ),
        ))
    }

    /// Whether the back end is reached.
    fn condition(&self) -> Condition {
        Condition::Connected
    }

    /// What the back end counts, if it does.
    fn metrics(&self) -> Option<&DiscoveryMetrics> {
        None
    }

    /// Makes `instance` visible to everybody. Registering the same path again replaces the record.
    fn register<'a>(&'a self, instance: Instance) -> BoxFuture<'a, Result<()>>;

    /// Takes an instance of this process away. Unknown instances are no error.
    fn unregister<'a>(&'a self, namespace: &'a str, component: &'a str, endpoint: &'a str)
    -> BoxFuture<'a, Result<()>>;

    /// A receiver whose current value is the newest snapshot; the first one is complete when this returns.
    fn watch<'a>(&'a self) -> BoxFuture<'a, Result<watch::Receiver<Instances>>>;

    /// Puts a record of another kind there for as long as this connection lives, under the id of this moment. One that is
    /// there already is replaced.
    fn put_entry<'a>(&'a self, bucket: Bucket, key: String, value: Vec<u8>) -> BoxFuture<'a, Result<()>>;

    /// Takes such a record of this process away. Unknown keys are no error.
    fn remove_entry<'a>(&'a self, bucket: Bucket, key: String) -> BoxFuture<'a, Result<()>>;

    /// As [`Discovery::watch`], for the records of a bucket.
    fn watch_entries<'a>(&'a self, bucket: Bucket) -> BoxFuture<'a, Result<watch::Receiver<Entries>>>;

    /// Withdraws everything that this process registered and stops the back end's tasks.
    fn close<'a>(&'a self) -> BoxFuture<'a, ()>;
}
