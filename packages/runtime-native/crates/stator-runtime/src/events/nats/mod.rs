//! Events through NATS core, on the original's subjects.

mod nats_plane;
mod sending;

pub use nats_plane::NatsEventPlane;
