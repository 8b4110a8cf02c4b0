//! The connection to NATS: where it is, who we are to it, and why it fails.

mod connecting;
mod nats_options;

pub use nats_options::{NatsAuth, NatsOptions};

pub(crate) use connecting::connect;
