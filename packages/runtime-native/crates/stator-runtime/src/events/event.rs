use bytes::Bytes;

/// One event as a subscriber gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Who published it: a random number of 53 bits, one a publisher.
    pub publisher_id: u64,
    /// The publisher's count of its events, from 0. A gap is events that were lost on the way.
    pub sequence: u64,
    /// Milliseconds since the epoch, by the publisher's clock.
    pub published_at: u64,
    /// One whole msgpack value.
    pub payload: Bytes,
}
