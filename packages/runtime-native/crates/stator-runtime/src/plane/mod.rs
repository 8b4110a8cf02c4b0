//! How calls reach a worker: the trait and its back ends.

mod memory;
mod nats;
mod tcp;

pub use memory::MemoryPlane;
pub use nats::NatsPlane;
pub use tcp::TcpPlane;

use std::sync::Arc;

use crate::{Error, ErrorCode, Result, discovery::BoxFuture, dynamo::nats::Bus, server::Server, transport::Link};

/// Carries the multiplexed wire between processes, or inside one. The frames are the same on each.
pub trait RequestPlane: Send + Sync + 'static {
    /// Name for messages: `tcp`, `nats`, `memory`.
    fn name(&self) -> &'static str;

    /// Starts to take connections for `server`; returns the address that peers dial. Listening twice gives the same.
    fn listen<'a>(&'a self, server: Arc<Server>) -> BoxFuture<'a, Result<String>>;

    /// Connects to an address that a peer's `listen` returned.
    fn dial<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<Link>>;

    /// Whether the same listener takes calls on the original's wire, and calls may go out on it.
    fn speaks_dynamo(&self) -> bool {
        false
    }

    /// Where requests on the original's wire travel, if it is NATS.
    fn nats(&self) -> Option<&Arc<Bus>> {
        None
    }

    /// Breaks the connections that were dialled to an address, and makes none until it is told otherwise: a network that
    /// fails, for tests. Only the plane in memory can.
    fn set_reachable(&self, _address: &str, _reachable: bool) -> Result<()> {
        Err(Error::new(
            ErrorCode::InvalidArgument,
            format!(
                "a network that fails can be played in memory only, not on the {} plane",
                self.name()
            ),
        ))
    }

    /// Takes no more connections; those that are open go on.
    fn stop_listening(&self);
}
