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
    let (sender, answer) = oneshot::channel();
    let call = OpenCall {
        path: DOCUMENT_PATH,
        id: "",
        request_stream: false,
        deadline: Some(deadline),
        metadata: &Metadata::new(),
        contract: None,
        instance: Some(instance),
    };
    let request = format!(r#"{{"hash":"{hash}"}}"#);
    let observer = Arc::new(Answer(Mutex::new(Some(sender))));
    connection.open(&call, Some((Lane::Text, request.as_bytes())), observer)?;
    connection.flush();
    answer
        .await
        .unwrap_or_else(|_| Err(Error::new(ErrorCode::Protocol, "the call ended without an answer")))
}

/// The first thing that comes back, which is all that counts.
struct Answer(Mutex<Option<oneshot::Sender<Result<Arc<str>>>>>);

impl Answer {
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
