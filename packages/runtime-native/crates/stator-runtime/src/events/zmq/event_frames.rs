//! The four frames of an event: topic, publisher, sequence, and the envelope behind its version and length.

use bytes::Bytes;

use super::wire::put_frame;

const VERSION: u8 = 1;

/// Before the envelope in its frame.
const HEAD: usize = 5;

/// What the frames take besides topic and envelope, at the most.
pub(super) const MARGIN: usize = 64;

/// Frames that make an event.
pub(super) const FRAMES: usize = 4;

/// Everything as it goes over the wire.
pub(super) fn write(topic: &str, publisher_id: u64, sequence: u64, envelope: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(topic.len() + envelope.len() + MARGIN);
    put_frame(&mut out, topic.as_bytes(), true, false);
    put_frame(&mut out, &publisher_id.to_be_bytes(), true, false);
    put_frame(&mut out, &sequence.to_be_bytes(), true, false);
    let mut last = Vec::with_capacity(envelope.len() + HEAD);
    last.push(VERSION);
    last.extend_from_slice(&(envelope.len() as u32).to_be_bytes());
    last.extend_from_slice(envelope);
    put_frame(&mut out, &last, false, false);
    out.into()
}

/// The envelope of a message, or why it has none.
pub(super) fn read(frames: &[Bytes], topic: &str) -> Result<Bytes, String> {
    let [found, publisher, sequence, last] = frames else {
        return Err(format!("it has {} frames in place of {FRAMES}", frames.len()));
    };
    // A subscription is a prefix to ZeroMQ.
    if found != topic.as_bytes() {
        return Err("it is of another topic".to_owned());
    }
    if publisher.len() != 8 || sequence.len() != 8 {
        return Err("its publisher or sequence has not 8 bytes".to_owned());
    }
    let Some((head, envelope)) = last.split_first_chunk::<HEAD>() else {
        return Err("its last frame is cut short".to_owned());
    };
    let [version, length @ ..] = *head;
    if version != VERSION {
        return Err(format!("its last frame has version {version}"));
    }
    if u32::from_be_bytes(length) as usize != envelope.len() {
        return Err("its last frame has another length than it says".to_owned());
    }
    Ok(last.slice(HEAD..))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames() -> [Bytes; FRAMES] {
        let last = [&[VERSION, 0, 0, 0, 3][..], b"abc"].concat();
        [
            Bytes::from_static(b"topic"),
            Bytes::copy_from_slice(&1_u64.to_be_bytes()),
            Bytes::copy_from_slice(&2_u64.to_be_bytes()),
            last.into(),
        ]
    }

    #[test]
    fn an_event_is_written_in_four_frames_and_read() {
        let expected = b"\x01\x05topic\x01\x08\0\0\0\0\0\0\0\x01\x01\x08\0\0\0\0\0\0\0\x02\0\x08\x01\0\0\0\x03abc";
        assert_eq!(write("topic", 1, 2, b"abc"), expected[..]);
        assert_eq!(read(&frames(), "topic"), Ok(Bytes::from_static(b"abc")));
    }

    #[test]
    fn foreign_messages_have_their_reasons() {
        let with = |at: usize, frame: &'static [u8]| {
            let mut frames = frames();
            frames[at] = Bytes::from_static(frame);
            frames
        };
        for (frames, why) in [
            (&frames()[..3], "3 frames"),
            (&with(0, b"topical"), "another topic"),
            (&with(1, b"1"), "8 bytes"),
            (&with(2, b""), "8 bytes"),
            (&with(3, b"\x01\0\0"), "cut short"),
            (&with(3, b"\x02\0\0\0\0"), "version 2"),
            (&with(3, b"\x01\0\0\0\x09abc"), "another length"),
        ] {
            let refused = read(frames, "topic").err().unwrap_or_default();
            assert!(refused.contains(why), "{refused:?} has no {why:?}");
        }
    }
}
