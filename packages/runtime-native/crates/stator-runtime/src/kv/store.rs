use std::time::Duration;

use super::{Batch, Entry, Outcome, Page, Range, Write};
use crate::{Result, discovery::BoxFuture};

/// A back end of the store. What is asked of it was checked already.
pub trait Store: Send + Sync + 'static {
    /// Name for messages: `memory`, `file`, `etcd`.
    fn backend(&self) -> &'static str;

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Entry>>>;

    fn list<'a>(&'a self, list: List) -> BoxFuture<'a, Result<Page>>;

    /// Does a change if what it expects is so, both in one step.
    fn write<'a>(&'a self, write: Write) -> BoxFuture<'a, Result<Outcome>>;

    /// Makes a lease. What is bound to it goes when nobody renews it in time.
    fn grant<'a>(&'a self, ttl: Duration) -> BoxFuture<'a, Result<Lease>>;

    /// Lets a lease live for its whole time from now on. False when it is gone.
    fn renew<'a>(&'a self, lease: u64) -> BoxFuture<'a, Result<bool>>;

    /// Ends a lease and what is bound to it. One that is gone is no error.
    fn revoke<'a>(&'a self, lease: u64) -> BoxFuture<'a, Result<()>>;

    /// What is there, and then every change in order, none of them twice.
    fn watch<'a>(&'a self, range: Range) -> BoxFuture<'a, Result<Box<dyn Watch>>>;

    /// Ends the back end's tasks.
    fn close(&self);
}

/// One who watches. Dropping it ends the watch.
pub trait Watch: Send {
    /// The next events; waits until there are some. Batches are bounded. May be dropped and called again.
    fn next(&mut self) -> BoxFuture<'_, Result<Batch>>;
}

/// A lease as it was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub id: u64,
    pub ttl: Duration,
}

/// Which entries to list.
#[derive(Debug, Clone)]
pub struct List {
    pub prefix: String,
    /// Only keys after this one.
    pub after: Option<String>,
    pub limit: usize,
}
