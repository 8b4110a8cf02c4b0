use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_nats::{Client, Event, ServerError};
use bytes::Bytes;
use futures::StreamExt;
use parking_lot::Mutex;
use tokio::{
    sync::{broadcast, watch},
    time::timeout,
};

use crate::{
    Error, ErrorCode, Result,
    nats::{NatsOptions, connect},
    warnings::Warnings,
};

use super::BusMetrics;

/// How long the server has to confirm that it has heard of a subscription.
const ECHO: Duration = Duration::from_secs(5);

/// At the end, what was published is given this long to leave.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Refusals that may wait for who hears them; of more than these the oldest are left out.
const MAX_REFUSALS: usize = 64;

/// The connection to NATS that calls go over.
pub struct Bus {
    client: Client,
    location: String,
    private: bool,
    hearing: Arc<Hearing>,
}

/// What is known of the connection.
struct Hearing {
    /// Whether there is one.
    connected: watch::Sender<bool>,
    /// When it last came back.
    reconnected: Mutex<Option<Instant>>,
    refusals: broadcast::Sender<Refusal>,
    warnings: Mutex<Warnings>,
    metrics: BusMetrics,
}

/// What the server does not allow us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub subject: String,
    /// Otherwise publishing is.
    pub subscribing: bool,
}

impl Bus {
    /// Connects; tries for as long as the options say, and again whenever the connection is lost. Fails with
    /// `unavailable`, `permission_denied`, or `invalid_argument`.
    pub async fn connect(options: &NatsOptions) -> Result<Arc<Self>> {
        let location = options.location();
        let hearing = Arc::new(Hearing {
            connected: watch::Sender::new(true),
            reconnected: Mutex::default(),
            refusals: broadcast::Sender::new(MAX_REFUSALS),
            warnings: Mutex::default(),
            metrics: BusMetrics::new()?,
        });
        let told = {
            let (location, hearing) = (location.clone(), Arc::clone(&hearing));
            move |event: &Event| hearing.hear(event, &location)
        };
        let client = connect(options, "or set DYN_REQUEST_PLANE=tcp, which needs no server", told).await?;
        hearing.metrics.connected.set(1);
        Ok(Arc::new(Self {
            client,
            location,
            private: options.private,
            hearing,
        }))
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn metrics(&self) -> &BusMetrics {
        &self.hearing.metrics
    }

    /// For messages.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Whether nobody between us and the server can read what is sent.
    pub fn is_private(&self) -> bool {
        self.private
    }

    /// Whether there is a connection.
    pub fn connected(&self) -> watch::Receiver<bool> {
        self.hearing.connected.subscribe()
    }

    /// When the connection last came back; `None` if it was never lost.
    pub fn reconnected(&self) -> Option<Instant> {
        *self.hearing.reconnected.lock()
    }

    /// What one message may have at the most, headers included, in bytes.
    pub fn max_payload(&self) -> usize {
        match self.client.max_payload() {
            0 => usize::MAX,
            limit => limit,
        }
    }

    /// What the server does not allow from now on.
    pub fn refusals(&self) -> broadcast::Receiver<Refusal> {
        self.hearing.refusals.subscribe()
    }

    /// Resolves when the server has done everything that it was told before: a flush only empties our own buffer.
    pub async fn echo(&self) -> Result<()> {
        let echoed = async {
            let inbox = self.client.new_inbox();
            let mut echo = self.client.subscribe(inbox.clone()).await.ok()?;
            self.client.publish(inbox, Bytes::new()).await.ok()?;
            echo.next().await
        };
        match timeout(ECHO, echoed).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(self.failed("the connection is closed")),
            Err(_) => Err(self.failed(&format!("no answer within {} s", ECHO.as_secs()))),
        }
    }

    /// Subscribes; it comes back by itself with the connection.
    pub async fn subscribe(&self, subject: String, group: Option<&str>) -> Result<async_nats::Subscriber> {
        let subscribed = match group {
            Some(group) => self.client.queue_subscribe(subject, group.to_owned()).await,
            None => self.client.subscribe(subject).await,
        };
        subscribed.map_err(|error| self.failed(&error.to_string()))
    }

    /// Says goodbye to the server. Nothing is sent or received afterwards.
    pub async fn close(&self) {
        // One that is away cannot be told.
        let _ = timeout(LAST_WORDS, self.client.flush()).await;
        let _ = timeout(LAST_WORDS, self.client.drain()).await;
    }

    fn failed(&self, reason: &str) -> Error {
        Error::new(
            ErrorCode::Unavailable,
            format!("NATS at {}: {reason}; check natsServer (NATS_SERVER)", self.location),
        )
    }
}

impl Hearing {
    /// Changes are logged, attempts are not.
    fn hear(&self, event: &Event, location: &str) {
        match event {
            Event::Connected => {
                tracing::info!(nats = location, "NATS is connected");
                self.metrics.connected.set(1);
                if !self.connected.send_replace(true) {
                    *self.reconnected.lock() = Some(Instant::now());
                }
            }
            Event::Disconnected => {
                tracing::warn!(
                    nats = location,
                    "NATS is not reached and is tried again; calls wait meanwhile, until their time is up"
                );
                self.metrics.connected.set(0);
                self.metrics.lost.inc();
                self.connected.send_replace(false);
            }
            Event::SlowConsumer(_) => {
                self.metrics.dropped.inc();
                let what = "messages were dropped: this process does not take them fast enough";
                self.warnings.lock().warn("NATS", what);
            }
            Event::ServerError(ServerError::Other(text)) => {
                self.metrics.refused.inc();
                self.warnings
                    .lock()
                    .warn("NATS", &format!("{location} refused something: {text}"));
                if let Some(refusal) = Refusal::read(text) {
                    // There may be nobody whom it concerns.
                    let _ = self.refusals.send(refusal);
                }
            }
            Event::ServerError(error) => tracing::warn!(nats = location, %error, "NATS refused something"),
            // While it is away each attempt is one of these.
            Event::ClientError(error) => {
                tracing::debug!(nats = location, %error, "the connection to NATS is in trouble")
            }
            Event::LameDuckMode | Event::Draining | Event::Closed => tracing::debug!(nats = location, %event, "NATS"),
        }
    }
}

impl Refusal {
    /// `Permissions Violation for Publish to "subject"`, and the same for a subscription.
    fn read(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let subscribing = lower.contains("permissions violation for subscription");
        if !subscribing && !lower.contains("permissions violation for publish") {
            return None;
        }
        let subject = text.split('"').nth(1)?.to_owned();
        Some(Self { subject, subscribing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_allowed_is_understood() {
        let publish = Refusal::read("Permissions Violation for Publish to \"a.B-1\"");
        assert_eq!(
            publish,
            Some(Refusal {
                subject: "a.B-1".to_owned(),
                subscribing: false
            })
        );
        let subscription = Refusal::read("Permissions Violation for Subscription to \"a.b\" using queue \"q\"");
        assert!(subscription.is_some_and(|refusal| refusal.subscribing && refusal.subject == "a.b"));
        assert_eq!(Refusal::read("Stale Connection"), None);
    }
}
