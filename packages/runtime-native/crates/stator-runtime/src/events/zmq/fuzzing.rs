//! A peer that says anything, for `fuzz`.

use futures::FutureExt;

use super::{
    event_frames::{self, FRAMES},
    wire::{Frame, FrameReader, Limits, Role, shake_hands},
};

/// Small, so that its ends are met.
const LIMITS: Limits = Limits {
    message: 2048,
    frames: FRAMES,
};

/// The envelopes in what a peer says behind its greeting.
pub fn envelopes(said: &[u8], topic: &str) -> Vec<bytes::Bytes> {
    let mut reader = FrameReader::new(said, LIMITS);
    let mut envelopes = Vec::new();
    // What lies in memory is never waited for.
    while let Some(Ok(Some(frame))) = reader.next().now_or_never() {
        if let Frame::Message(frames) = frame {
            envelopes.extend(event_frames::read(&frames, topic));
        }
    }
    envelopes
}

/// Whether somebody who begins like this is taken for the other role.
pub fn greets(said: &[u8], publisher: bool) -> bool {
    let mut reader = FrameReader::new(said, LIMITS);
    let role = if publisher { Role::Publisher } else { Role::Subscriber };
    let mut answer = Vec::new();
    let result = shake_hands(&mut reader, &mut answer, role).now_or_never();
    matches!(result, Some(Ok(())))
}

/// An event as a publisher sends it.
pub fn written(topic: &str, publisher: u64, sequence: u64, envelope: &[u8]) -> bytes::Bytes {
    event_frames::write(topic, publisher, sequence, envelope)
}
