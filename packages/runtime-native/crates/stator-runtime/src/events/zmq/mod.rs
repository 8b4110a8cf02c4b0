//! Events straight from publisher to subscriber, in the original's direct mode: each publisher has a ZeroMQ socket, which
//! its record in discovery names.
//!
//! The part of ZMTP 3.0 that this takes (PUB and SUB over TCP, without encryption) is written here, because the libraries
//! for it take a peer's word for the length of a frame and reserve the memory, and do not tell what they drop.
//!
//! - `wire` has greetings, frames and messages.
//! - `pub_socket` is a publisher's side: it listens, and keeps a queue for each subscriber.
//! - `follower` is a subscriber's side: it follows discovery, and keeps a `link` to each publisher.

mod event_frames;
mod follower;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod link;
mod pub_peer;
mod pub_socket;
mod socket;
mod wire;
mod zmq_plane;

pub use zmq_plane::{ZmqEventPlane, ZmqOptions};
