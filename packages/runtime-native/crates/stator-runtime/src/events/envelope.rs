//! What travels: a msgpack map around the payload, as the original writes it.

use bytes::Bytes;
use rmp::encode::{write_bin, write_map_len, write_str, write_uint};

use super::Event;
use crate::dynamo::value::{Malformed, Token, check, skip, token};

/// No envelope around a payload is longer than this, whatever the topic.
const MARGIN: usize = 256;

/// Why a message is no event of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoEvent {
    #[error("it is no envelope: {0}")]
    Malformed(#[from] Malformed),
    #[error("its envelope is no map of names")]
    NoMap,
    #[error("its envelope has no {0} that makes sense")]
    Missing(&'static str),
    #[error("it is of another topic")]
    Topic,
    #[error("its payload cannot be read: {0}")]
    Payload(Malformed),
}

/// Writes the envelope of `event`.
pub(super) fn encode(event: &Event, topic: &str) -> Bytes {
    let mut out = Vec::with_capacity(event.payload.len() + topic.len() + MARGIN);
    // Memory takes everything.
    let _ = write_map_len(&mut out, 5);
    for (name, number) in [
        ("publisher_id", event.publisher_id),
        ("sequence", event.sequence),
        ("published_at", event.published_at),
    ] {
        let _ = write_str(&mut out, name);
        let _ = write_uint(&mut out, number);
    }
    let _ = write_str(&mut out, "topic");
    let _ = write_str(&mut out, topic);
    let _ = write_str(&mut out, "payload");
    let _ = write_bin(&mut out, &event.payload);
    out.into()
}

/// Reads an envelope. Fields of the future are ignored.
pub(super) fn decode(envelope: &Bytes, topic: &str) -> Result<Event, NoEvent> {
    let mut rest: &[u8] = envelope;
    let Token::Map(count) = token(&mut rest)? else {
        return Err(NoEvent::NoMap);
    };
    let (mut publisher_id, mut sequence, mut published_at) = (None, None, None);
    let (mut found_topic, mut payload) = (None, None);
    for _ in 0..count {
        let Token::Text(name) = token(&mut rest)? else {
            return Err(NoEvent::NoMap);
        };
        let mut value = skip(&mut rest)?;
        match (name, token(&mut value)?) {
            ("publisher_id", Token::Unsigned(number)) => publisher_id = Some(number),
            ("sequence", Token::Unsigned(number)) => sequence = Some(number),
            ("published_at", Token::Unsigned(number)) => published_at = Some(number),
            ("topic", Token::Text(text)) => found_topic = Some(text),
            ("payload", Token::Bytes(bytes)) => payload = Some(bytes),
            _ => {}
        }
    }
    if !rest.is_empty() {
        return Err(Malformed::Trailing.into());
    }
    if found_topic.ok_or(NoEvent::Missing("topic"))? != topic {
        return Err(NoEvent::Topic);
    }
    let payload = payload.ok_or(NoEvent::Missing("payload"))?;
    check(payload).map_err(NoEvent::Payload)?;
    Ok(Event {
        publisher_id: publisher_id.ok_or(NoEvent::Missing("publisher_id"))?,
        sequence: sequence.ok_or(NoEvent::Missing("sequence"))?,
        published_at: published_at.ok_or(NoEvent::Missing("published_at"))?,
        payload: envelope.slice_ref(payload),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        Event {
            publisher_id: 0x001a_e9d6_76c6_b521,
            sequence: 0,
            published_at: 1_795_405_572_436,
            payload: Bytes::from_static(&[0x93, 1, 2, 3]),
        }
    }

    #[test]
    fn what_is_written_begins_as_the_originals_and_is_read() {
        let envelope = encode(&event(), "kv-events");
        let head = b"\x85\xacpublisher_id\xcf\x00\x1a\xe9\xd6\x76\xc6\xb5\x21\xa8sequence\x00\xacpublished_at\xcf";
        assert_eq!(envelope[..head.len()], head[..]);
        assert_eq!(decode(&envelope, "kv-events"), Ok(event()));
    }

    #[test]
    fn whatever_is_cut_off_or_changed_is_read_or_refused() {
        let envelope = encode(&event(), "kv-events");
        for end in 0..envelope.len() {
            assert!(decode(&envelope.slice(..end), "kv-events").is_err(), "{end}");
        }
        for at in 0..envelope.len() {
            for byte in 0..=255 {
                let mut changed = envelope.to_vec();
                changed[at] = byte;
                // Whether it can still be read is all the same, as long as nothing panics.
                let _ = decode(&changed.into(), "kv-events");
            }
        }
    }

    #[test]
    fn each_fault_has_its_reason() {
        let envelope = encode(&event(), "kv-events");
        assert_eq!(decode(&envelope, "other"), Err(NoEvent::Topic));
        assert_eq!(decode(&Bytes::from_static(b"\x01"), "t"), Err(NoEvent::NoMap));
        assert_eq!(
            decode(&Bytes::from_static(b"\x80"), "t"),
            Err(NoEvent::Missing("topic"))
        );
        let broken = Event {
            payload: Bytes::from_static(&[0x93, 1]),
            ..event()
        };
        let envelope = encode(&broken, "kv-events");
        assert_eq!(decode(&envelope, "kv-events"), Err(NoEvent::Payload(Malformed::Short)));
        let trailing = [&encode(&event(), "t")[..], b"x"].concat();
        assert_eq!(
            decode(&trailing.into(), "t"),
            Err(NoEvent::Malformed(Malformed::Trailing))
        );
    }
}
