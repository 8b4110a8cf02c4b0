//! Durable work queues: each job goes to one worker, and comes again until somebody says that it is done.
//!
//! - [`Queues`] is what the runtime has, [`Queue`] and [`Job`] are what it gives to applications. They check limits, send
//!   what failed too often to the dead letters, and keep what is being worked on.
//! - [`Broker`] is a back end, [`Store`] one queue in it: `nats` keeps jobs in JetStream, `memory` in this process.

mod broker;
mod dead_letter;
mod front;
mod job;
pub mod limits;
pub mod memory;
mod metrics;
mod nats;
mod queues;
mod settings;

pub use broker::{Broker, Info, NewJob, Receipt, Settle, Store, Stored, Taken};
pub use dead_letter::{DeadLetter, DeadPage, DeadReason, Death};
pub use front::{Put, PutOptions, Queue};
pub use job::Job;
pub use metrics::QueueMetrics;
pub use nats::NatsBroker;
pub use queues::{QueueConfig, Queues};
pub use settings::{QueueOptions, QueueSettings};
