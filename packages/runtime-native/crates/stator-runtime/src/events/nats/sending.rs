use std::sync::Arc;

use async_nats::{Client, Subject};
use bytes::Bytes;
use tokio::time::timeout;

use super::super::{Bounds, LAST_WORDS, Outlet, bounded_queue::BoundedQueue, closed_plane};
use crate::{Error, ErrorCode, Result};

/// What may wait for NATS, as while it is away.
const BOUNDS: Bounds = Bounds {
    count: 100_000,
    bytes: 64 << 20,
};

/// What waits to be sent, of all publishers of a connection.
pub(super) type Waiting = Arc<BoundedQueue<(Subject, Bytes)>>;

pub(super) fn waiting() -> Waiting {
    Arc::new(BoundedQueue::new(BOUNDS))
}

/// Sends what waits, in order, until there will be no more; then says goodbye to the server.
pub(super) async fn send_all(client: Client, waiting: Waiting) {
    while let Some((subject, envelope)) = waiting.pop().await {
        // It waits where the connection is away. What the client itself refuses was checked before.
        if let Err(error) = client.publish(subject, envelope).await {
            tracing::warn!(%error, "an event could not be published");
        }
    }
    // Whoever is not there now does not get it.
    let _ = timeout(LAST_WORDS, client.flush()).await;
}

/// The way out of one publisher.
pub(super) struct NatsOutlet {
    pub(super) client: Client,
    pub(super) waiting: Waiting,
    pub(super) subject: Subject,
}

impl Outlet for NatsOutlet {
    fn send(&self, _sequence: u64, envelope: Bytes) -> Result<()> {
        let size = envelope.len();
        if self.waiting.push((self.subject.clone(), envelope), size) {
            return Ok(());
        }
        if self.waiting.is_closed() {
            return Err(closed_plane());
        }
        Err(Error::new(
            ErrorCode::Overloaded,
            format!(
                "the event was dropped: {} events or {} MiB wait for NATS already, which is away or too slow; publish \
                 less, or look after the server",
                BOUNDS.count,
                BOUNDS.bytes >> 20
            ),
        ))
    }

    fn max_bytes(&self) -> usize {
        match self.client.max_payload() {
            0 => usize::MAX,
            limit => limit,
        }
    }

    fn limited_by(&self) -> &'static str {
        "the NATS server (max_payload), or of the option maxMessageBytes"
    }
}
