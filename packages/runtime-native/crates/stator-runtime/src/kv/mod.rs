//! A store of keys and values: compare-and-swap, watching, leases, locks and elections.
//!
//! - [`Kv`] is what the runtime gives to applications. It checks limits, and closes what is held with the runtime.
//! - [`Store`] is a back end: `local` keeps everything in this process, or in a folder that processes share; `etcd` on
//!   many machines.
//! - [`KeptLease`] and [`Claim`] stand on any back end: a claim is a lock, or a candidate of an election.

mod claim;
mod clock;
mod config;
mod entry;
pub mod etcd;
mod front;
mod kept_lease;
pub mod limits;
pub mod local;
mod range;
mod store;
mod write;

pub use claim::{Claim, ClaimKind, ClaimOptions};
pub use config::{KvConfig, connect};
pub use entry::{Batch, Entry, Event, Page, Phase};
pub use front::{Kv, PutOptions};
pub use kept_lease::{KeptLease, Lost};
pub use range::Range;
pub use store::{Lease, List, Store, Watch};
pub use write::{Expect, Guard, Operation, Outcome, Write};
