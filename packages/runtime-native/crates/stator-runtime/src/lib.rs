//! The core of Stator: discovery, request planes, routers and the system server.
//!
//! Nothing here knows JavaScript; `stator-binding` is the only crate that does.

pub mod client;
mod closing;
mod collectors;
pub mod config;
pub mod connection;
pub mod discovery;
pub mod dynamo;
pub mod error;
mod etcd;
pub mod events;
mod folder;
pub mod identity;
mod inbox;
pub mod kv;
pub mod models;
mod named;
pub mod nats;
#[cfg(unix)]
pub mod parent_watch;
pub mod payload;
pub mod plane;
pub mod queue;
pub mod runtime;
pub mod security;
pub mod server;
pub mod system;
mod touched;
pub mod transport;
mod warnings;
pub mod wire;

pub use error::{Error, ErrorCode, Result};
pub use runtime::DistributedRuntime;
pub use touched::Touched;
