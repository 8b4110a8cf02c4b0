use std::{sync::Arc, time::Duration};

use async_nats::{HeaderMap, Message, Subscriber};
use bytes::Bytes;
use futures::StreamExt;
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    Error, ErrorCode, Result,
    dynamo::{
        faults::Fault,
        nats::{Bus, subject::QUEUE_GROUP},
        wire::{
            ack,
            headers::{Headers, PATH},
        },
    },
    identity::DOCUMENT_PATH,
};

use super::{Ingress, Request, Taker};

/// As long as the original waits after it has subscribed.
const SETTLE: Duration = Duration::from_millis(10);

/// What is on its way when an endpoint stops has this long to arrive.
const LAST: Duration = Duration::from_secs(1);

/// Takes the requests that callers send over NATS to one endpoint under one id, until it is dropped.
pub struct NatsServing {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl NatsServing {
    /// Takes no more requests but those that have arrived; resolves when these are taken.
    pub async fn stop(mut self) {
        self.stop.cancel();
        // Where NATS is away nothing arrives any more.
        let _ = timeout(LAST, &mut self.task).await;
    }
}

impl Drop for NatsServing {
    fn drop(&mut self) {
        self.stop.cancel();
        self.task.abort();
    }
}

/// Subscribes to the requests of an endpoint. Resolves when the server knows of it, so that no request is lost that is
/// sent from then on. `path` names the endpoint to `taker`.
///
/// Fails with `unavailable`, and with `permission_denied` where the server does not allow it.
pub async fn serve(
    bus: &Arc<Bus>,
    ingress: Ingress,
    taker: Arc<dyn Taker>,
    subject: &str,
    path: String,
) -> Result<NatsServing> {
    let mut refusals = bus.refusals();
    let requests = bus.subscribe(subject.to_owned(), Some(QUEUE_GROUP)).await?;
    bus.echo().await?;
    let refused = async {
        while refusals
            .recv()
            .await
            .is_ok_and(|refusal| !refusal.subscribing || refusal.subject != subject)
        {}
    };
    // A refusal comes before the echo, but takes another way inside of this process.
    if timeout(SETTLE, refused).await.is_ok() {
        return Err(Error::new(
            ErrorCode::PermissionDenied,
            format!(
                "the NATS server at {} does not allow this user to subscribe to {subject}",
                bus.location()
            ),
        ));
    }
    let stop = CancellationToken::new();
    let endpoint = Endpoint {
        bus: Arc::clone(bus),
        ingress,
        taker,
        path,
    };
    let task = tokio::spawn(endpoint.run(requests, stop.clone()));
    Ok(NatsServing { stop, task })
}

/// What takes the requests of one endpoint.
struct Endpoint {
    bus: Arc<Bus>,
    ingress: Ingress,
    taker: Arc<dyn Taker>,
    path: String,
}

impl Endpoint {
    async fn run(self, mut requests: Subscriber, stop: CancellationToken) {
        let mut stopping = false;
        loop {
            let message = tokio::select! {
                () = stop.cancelled(), if !stopping => {
                    stopping = true;
                    // What is on its way still comes; then the subscription ends.
                    if requests.drain().await.is_err() {
                        return;
                    }
                    continue;
                }
                message = requests.next() => message,
            };
            let Some(message) = message else { return };
            self.take(message).await;
            self.ingress.shared.batch_end();
            // A flood must not keep its thread from everything else.
            tokio::task::coop::consume_budget().await;
        }
    }

    async fn take(&self, message: Message) {
        let shared = &self.ingress.shared;
        let Some(reply) = message.reply else {
            let what = "a message without a subject for its ack, as no caller sends";
            return shared.faults.note(Fault::Request, &message.subject, &what);
        };
        let headers = message.headers.as_ref();
        // What the runtime answers itself has no subject.
        let is_own = find(headers, PATH) == Some(DOCUMENT_PATH);
        let request = Request {
            path: if is_own { DOCUMENT_PATH } else { &self.path }.as_bytes(),
            headers: Headers::find(|name| find(headers, name)),
            payload: &message.payload,
        };
        let ack = match self.ingress.take(&*self.taker, request) {
            Ok(()) => Bytes::new(),
            Err(error) => ack::refusal_text(&error).into(),
        };
        // A connection that is lost takes the ack along: the caller is called home nevertheless.
        let _ = self.bus.client().publish(reply, ack).await;
    }
}

fn find<'a>(headers: Option<&'a HeaderMap>, name: &str) -> Option<&'a str> {
    headers?.get(name).map(|value| value.as_str())
}
