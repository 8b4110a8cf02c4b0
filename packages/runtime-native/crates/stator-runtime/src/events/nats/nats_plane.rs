use std::sync::{Arc, Weak};

use async_nats::{Client, Event, ServerError};
use bytes::Bytes;
use futures::StreamExt;
use parking_lot::Mutex;
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{
    super::{ChannelTransport, EventMetrics, EventPlane, Inlet, LAST_WORDS, Listening, Opened, Opening},
    sending::{NatsOutlet, Waiting, send_all, waiting},
};
use crate::{
    Error, ErrorCode, Result,
    discovery::BoxFuture,
    nats::{NatsOptions, connect},
};

/// Events through one connection to NATS.
pub struct NatsEventPlane {
    client: Client,
    location: String,
    waiting: Waiting,
    sender: Mutex<Option<JoinHandle<()>>>,
    inlets: Inlets,
    stop: CancellationToken,
}

/// Whom a refusal of the server may concern.
type Inlets = Arc<Mutex<Vec<Weak<Inlet>>>>;

impl NatsEventPlane {
    /// Connects; tries for as long as the options say. Fails with `unavailable`, `permission_denied`, or
    /// `invalid_argument`.
    pub async fn connect(options: &NatsOptions, metrics: EventMetrics) -> Result<Self> {
        let location = options.location();
        let inlets = Inlets::default();
        let told = {
            let (location, inlets) = (location.clone(), Arc::clone(&inlets));
            move |event: &Event| hear(event, &location, &inlets, &metrics)
        };
        let client = connect(options, "or set DYN_EVENT_PLANE=zmq, which needs no server", told).await?;
        let waiting = waiting();
        let sender = tokio::spawn(send_all(client.clone(), Arc::clone(&waiting)));
        Ok(Self {
            client,
            location,
            waiting,
            sender: Mutex::new(Some(sender)),
            inlets,
            stop: CancellationToken::new(),
        })
    }

    async fn receive(&self, inlet: Arc<Inlet>) -> Result<Listening> {
        let subject = inlet.scope().subject(inlet.topic());
        {
            let mut inlets = self.inlets.lock();
            inlets.retain(|inlet| inlet.strong_count() > 0);
            inlets.push(Arc::downgrade(&inlet));
        }
        let mut messages = self
            .client
            .subscribe(subject)
            .await
            .map_err(|error| self.failed(&error.to_string()))?;
        // A server that is away hears of the subscription later.
        let _ = timeout(LAST_WORDS, self.echo()).await;
        let stop = self.stop.child_token();
        let stopped = stop.clone();
        tokio::spawn(async move {
            loop {
                let message = tokio::select! {
                    () = stopped.cancelled() => break,
                    message = messages.next() => message,
                };
                match message {
                    Some(message) => inlet.take(&message.payload),
                    None => break,
                }
            }
            // The connection may be gone, and then so is the subscription.
            let _ = messages.unsubscribe().await;
            inlet.end(None);
        });
        Ok(Box::new(stop.drop_guard()))
    }

    /// Resolves when the server has done everything that it was told before: a flush only empties our own buffer.
    async fn echo(&self) {
        let inbox = self.client.new_inbox();
        let Ok(mut echo) = self.client.subscribe(inbox.clone()).await else {
            return;
        };
        if self.client.publish(inbox, Bytes::new()).await.is_ok() {
            let _ = echo.next().await;
        }
    }

    fn failed(&self, reason: &str) -> Error {
        Error::new(
            ErrorCode::Unavailable,
            format!("NATS at {}: a topic cannot be subscribed to: {reason}", self.location),
        )
    }
}

impl EventPlane for NatsEventPlane {
    fn name(&self) -> &'static str {
        "nats"
    }

    fn open<'a>(&'a self, publisher: Opening<'a>) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(async move {
            let outlet = NatsOutlet {
                client: self.client.clone(),
                waiting: Arc::clone(&self.waiting),
                subject: publisher.scope.subject(publisher.topic).into(),
            };
            let transport = ChannelTransport::Nats {
                subject_prefix: publisher.scope.subject_prefix(),
            };
            Ok(Opened {
                outlet: Arc::new(outlet),
                transport: Some(transport),
            })
        })
    }

    fn listen<'a>(&'a self, inlet: Arc<Inlet>) -> BoxFuture<'a, Result<Listening>> {
        Box::pin(self.receive(inlet))
    }

    fn close<'a>(&'a self) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.stop.cancel();
            self.waiting.close();
            let sender = self.sender.lock().take();
            if let Some(sender) = sender {
                let abort = sender.abort_handle();
                // Twice: for what waits, and for the answer of the server.
                if timeout(2 * LAST_WORDS, sender).await.is_err() {
                    tracing::warn!(
                        nats = self.location,
                        "events that waited for NATS were dropped: it was not reached before the end"
                    );
                    abort.abort();
                }
            }
            // It ends the connection's task; one that is away cannot be told.
            let _ = timeout(LAST_WORDS, self.client.drain()).await;
        })
    }
}

/// What happens to the connection. Changes are logged, attempts are not.
fn hear(event: &Event, location: &str, inlets: &Inlets, metrics: &EventMetrics) {
    match event {
        Event::Connected => tracing::info!(nats = location, "NATS is connected"),
        Event::Disconnected => tracing::warn!(
            nats = location,
            "NATS is not reached and is tried again; events wait meanwhile, as many as there is room for"
        ),
        Event::SlowConsumer(_) => metrics.dropped_by_subscriber.inc(),
        Event::ServerError(ServerError::Other(text)) => {
            tracing::warn!(nats = location, reason = text, "NATS refused something");
            refuse(text, inlets);
        }
        Event::ServerError(error) => tracing::warn!(nats = location, %error, "NATS refused something"),
        Event::ClientError(error) => tracing::warn!(nats = location, %error, "the connection to NATS is in trouble"),
        Event::LameDuckMode | Event::Draining | Event::Closed => {
            tracing::debug!(nats = location, %event, "NATS");
        }
    }
}

/// Ends the subscriptions that the server does not allow.
fn refuse(text: &str, inlets: &Inlets) {
    let text = text.to_lowercase();
    if !text.contains("permissions violation for subscription") {
        return;
    }
    let inlets: Vec<Weak<Inlet>> = inlets.lock().clone();
    for inlet in inlets.iter().filter_map(Weak::upgrade) {
        let subject = inlet.scope().subject(inlet.topic());
        if text.contains(&format!("\"{}\"", subject.to_lowercase())) {
            inlet.end(Some(Error::new(
                ErrorCode::PermissionDenied,
                format!("the NATS server does not allow this user to subscribe to {subject}"),
            )));
        }
    }
}
