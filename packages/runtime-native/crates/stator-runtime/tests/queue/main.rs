//! Durable queues, on every back end.

#[path = "../queue_support/mod.rs"]
mod queue_support;

mod conformance;
mod nats;
