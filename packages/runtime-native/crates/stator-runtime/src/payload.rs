use std::ops::Deref;

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

/// The content of a message on its way out. What has to wait is copied only if nobody shares it yet.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    Borrowed(&'a [u8]),
    Shared(&'a Bytes),
}

impl Content<'_> {
    /// The same bytes for as long as they are needed.
    pub fn keep(self) -> Bytes {
        match self {
            Self::Borrowed(data) => Bytes::copy_from_slice(data),
            Self::Shared(data) => data.clone(),
        }
    }
}

impl Deref for Content<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(data) => data,
            Self::Shared(data) => data,
        }
    }
}

impl<'a> From<&'a [u8]> for Content<'a> {
    fn from(data: &'a [u8]) -> Self {
        Self::Borrowed(data)
    }
}

impl<'a> From<&'a Bytes> for Content<'a> {
    fn from(data: &'a Bytes) -> Self {
        Self::Shared(data)
    }
}
