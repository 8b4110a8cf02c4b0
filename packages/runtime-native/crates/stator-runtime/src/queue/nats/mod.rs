//! Queues in JetStream: a stream and one durable consumer for each, and a second stream for its dead letters.

mod death;
mod failure;
mod link;
mod message;
mod names;
mod nats_broker;
mod nats_store;
mod pull;

pub use nats_broker::NatsBroker;
