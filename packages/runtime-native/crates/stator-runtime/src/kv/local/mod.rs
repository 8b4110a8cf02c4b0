//! The store in this process, or in a folder that the processes of one machine share.
//!
//! Both are one state machine ([`state`]): changes are numbered, and applying them in order gives the state. In memory a
//! change is applied and that is that. In a folder a change is a file whose name is its number: whoever links it there
//! first has made that change, without a lock that a suspended process could hold. See [`journal`].

mod change;
mod follower;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod journal;
mod local_store;
mod local_watch;
mod shared;
mod snapshot;
mod state;

pub use journal::FOLDER;
pub use local_store::{LocalStore, MemoryStore};
