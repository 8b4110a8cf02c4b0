//! Byte streams through NATS, for networks where nobody can be dialled: what a connection of its own is over TCP, with
//! credit, an end on each side, and a sign of life. A message that is lost, as with a server that restarts, is sent again.

mod flow;
#[cfg(fuzzing)]
pub mod fuzzing;
mod parcel;
mod pump;
mod tunnels;

pub use tunnels::{Door, Tunnels};
