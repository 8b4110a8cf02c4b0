use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::{
    Error, ErrorCode, Result,
    connection::{Connection, End, OpenCall, StreamObserver},
    discovery::Instance,
    dynamo::{
        caller::{NatsEgress, NatsPlace, OpenRequest},
        value::Codec,
    },
    identity::{ContractHash, DOCUMENT_PATH, MAX_DOCUMENT_BYTES},
    payload::Lane,
    wire::open::Metadata,
};

use super::super::Dialer;

/// How long one instance may take to answer with its document, connecting included.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the runtime of an instance for the document of the contract that its record names. On a connection of its own:
/// one that applications use would wait for them.
pub(super) async fn fetch(dialer: &Dialer, instance: &Instance, hash: ContractHash) -> Result<Arc<str>> {
    let Some(stator) = &instance.stator else {
        return Err(Error::new(ErrorCode::Unavailable, "the instance has no address"));
    };
    let deadline = Instant::now() + PATIENCE;
    let answer = async {
        // Who is called over NATS may not be reached otherwise.
        if let Ok(Some((peer, place))) = dialer.over_nats(instance) {
            let egress = peer.egress(dialer).await?;
            return ask_over_nats(&egress, place, hash, deadline).await;
        }
        let connection = dialer
            .connect_to_runtime(&stator.address, MAX_DOCUMENT_BYTES as u32)
            .await?;
        let connection = Closing(connection);
        ask(&connection.0, instance.instance_id, hash, deadline).await
    };
    tokio::time::timeout_at(deadline.into(), answer)
        .await
        .unwrap_or_else(|_| Err(late()))
}

/// Closes the connection with whoever needed it.
struct Closing(Connection);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0
            .close(Error::new(ErrorCode::Unavailable, "the contract was fetched"));
    }
}

fn late() -> Error {
    let message = format!("no answer within {} ms", PATIENCE.as_millis());
    Error::new(ErrorCode::DeadlineExceeded, message)
}

async fn ask(connection: &Connection, instance: u64, hash: ContractHash, deadline: Instant) -> Result<Arc<str>> {
    let (answer, observer) = Answer::new();
    let metadata = Metadata::new();
    let call = OpenCall {
        instance: Some(instance),
        ..open_call(&metadata, deadline)
    };
    let request = request(hash);
    connection.open(&call, Some((Lane::Text, request.as_bytes().into())), observer)?;
    connection.flush();
    answer.await.unwrap_or_else(|_| Err(no_answer()))
}

async fn ask_over_nats(
    egress: &NatsEgress,
    place: NatsPlace,
    hash: ContractHash,
    deadline: Instant,
) -> Result<Arc<str>> {
    let (answer, observer) = Answer::new();
    let metadata = Metadata::new();
    let request = request(hash);
    let request = OpenRequest {
        call: open_call(&metadata, deadline),
        path: DOCUMENT_PATH,
        // A document is text, and stays as it is.
        codec: Codec::Json,
        is_stator: place.is_stator,
        whole: false,
        request: Some((Lane::Text, request.as_bytes())),
    };
    egress.open(&Arc::new(place), &request, observer)?;
    answer.await.unwrap_or_else(|_| Err(no_answer()))
}

fn open_call(metadata: &Metadata, deadline: Instant) -> OpenCall<'_> {
    OpenCall {
        path: DOCUMENT_PATH,
        id: "",
        request_stream: false,
        deadline: Some(deadline),
        metadata,
        contract: None,
        instance: None,
    }
}

fn request(hash: ContractHash) -> String {
    format!(r#"{{"hash":"{hash}"}}"#)
}

fn no_answer() -> Error {
    Error::new(ErrorCode::Protocol, "the call ended without an answer")
}

/// The first thing that comes back, which is all that counts.
struct Answer(Mutex<Option<oneshot::Sender<Result<Arc<str>>>>>);

impl Answer {
    fn new() -> (oneshot::Receiver<Result<Arc<str>>>, Arc<Self>) {
        let (sender, answer) = oneshot::channel();
        (answer, Arc::new(Self(Mutex::new(Some(sender)))))
    }

    fn give(&self, result: Result<Arc<str>>) {
        if let Some(sender) = self.0.lock().take() {
            // Nobody waits any longer: it is not needed.
            let _ = sender.send(result);
        }
    }
}

impl StreamObserver for Answer {
    fn message(&self, lane: Lane, data: &[u8], _cost: u32) {
        let text = std::str::from_utf8(data).ok().filter(|_| lane == Lane::Text);
        self.give(
            text.map(Arc::from)
                .ok_or_else(|| Error::new(ErrorCode::Protocol, "a document that is not text")),
        );
    }

    fn end(self: Arc<Self>, end: End) {
        self.give(Err(match end {
            End::Failed { error, .. } | End::Lost { error, .. } => error,
            End::DeadlineExceeded => late(),
            End::Finished => Error::new(ErrorCode::Protocol, "an end without a document"),
        }));
    }
}
