use bytes::Bytes;

/// In which form a message travels. Handlers and callers get what was sent, whatever wire carried it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// UTF-8 JSON text.
    Text,
    /// Raw bytes.
    Bytes,
    /// A value that JSON cannot hold (bytes inside of it, keys that are no text, floats that are no numbers) as msgpack.
    Msgpack,
}

/// One message: a request or an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    pub lane: Lane,
    pub data: Bytes,
}

impl Payload {
    pub fn text(data: impl Into<Bytes>) -> Self {
        Self::new(Lane::Text, data)
    }

    pub fn bytes(data: impl Into<Bytes>) -> Self {
        Self::new(Lane::Bytes, data)
    }

    pub fn msgpack(data: impl Into<Bytes>) -> Self {
        Self::new(Lane::Msgpack, data)
    }

    pub fn new(lane: Lane, data: impl Into<Bytes>) -> Self {
        Self {
            lane,
            data: data.into(),
        }
    }
}
