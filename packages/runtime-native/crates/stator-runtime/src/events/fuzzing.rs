//! The decoders of events, for `fuzz`.

use bytes::Bytes;

use super::{Event, envelope};

pub use super::zmq::fuzzing as zmq;

/// Reads an envelope; what was read is written and read again.
pub fn read_envelope(bytes: &Bytes, topic: &str) -> Option<(Event, Event)> {
    let read = envelope::decode(bytes, topic).ok()?;
    let again = envelope::decode(&envelope::encode(&read, topic), topic).ok()?;
    Some((read, again))
}
