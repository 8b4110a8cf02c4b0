//! Durable queues, on every back end.

#[path = "../queue_support/mod.rs"]
mod queue_support;
#[path = "../servers/mod.rs"]
mod servers;

mod conformance;
mod nats;
