use bytes::Bytes;

/// In which lane a message travels. The core never looks inside either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// UTF-8 JSON text.
    Text,
    /// Raw bytes.
    Bytes,
}

/// One message: a request or an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    pub lane: Lane,
    pub data: Bytes,
}

impl Payload {
    pub fn text(data: impl Into<Bytes>) -> Self {
        Self {
            lane: Lane::Text,
            data: data.into(),
        }
    }

    pub fn bytes(data: impl Into<Bytes>) -> Self {
        Self {
            lane: Lane::Bytes,
            data: data.into(),
        }
    }
}
