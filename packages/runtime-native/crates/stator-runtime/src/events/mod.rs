//! Events: published by anybody to whoever subscribes, on the scope of a namespace, a component or an endpoint.
//!
//! - [`EventHub`] is what the runtime sees: it makes [`EventPublisher`]s and [`EventSubscription`]s.
//! - [`EventPlane`] is a way for events to travel: [`memory`], [`nats`] or [`zmq`]. Envelopes are the same on all of them.
//! - An [`Inlet`] takes what arrives for one subscription, and counts what it cannot use.
//!
//! Nobody waits for anybody: what a queue has no room for is dropped and counted.

mod bounded_queue;
mod channel;
mod envelope;
mod event;
mod event_hub;
mod event_metrics;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod inlet;
pub mod memory;
pub mod nats;
mod payload;
mod plane;
mod publisher;
mod scope;
mod subscription;
mod topic;
pub mod zmq;

pub use bounded_queue::Bounds;
pub use channel::{ChannelTransport, EventChannel, EventSource};
pub use event::Event;
pub use event_hub::EventHub;
pub use event_metrics::EventMetrics;
pub use inlet::Inlet;
pub use payload::to_msgpack;
pub use plane::{EventPlane, Listening, Opened, Opening, Outlet};
pub use publisher::EventPublisher;
pub use scope::{EventScope, ScopeEndpoint};
pub use subscription::{DEFAULT_BOUNDS, EventSubscription, SubscribeOptions};
pub use topic::{MAX_TOPIC_LENGTH, validate_topic};

use std::time::Duration;

use crate::{Error, ErrorCode};

/// What was published before a back end is closed has this long to leave.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The error of whoever publishes or subscribes too late.
fn closed_plane() -> Error {
    Error::new(
        ErrorCode::ShuttingDown,
        "events are neither published nor received any more: the runtime is shutting down",
    )
}
