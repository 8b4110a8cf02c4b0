//! The core of Stator: discovery, request planes, routers and the system server.
//!
//! Nothing here knows JavaScript; `stator-binding` is the only crate that does.

pub mod discovery;
pub mod error;

pub use error::{Error, ErrorCode, Result};
