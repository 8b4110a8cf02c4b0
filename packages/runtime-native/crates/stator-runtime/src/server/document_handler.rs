use std::sync::Arc;

use parking_lot::Mutex;
use serde::Deserialize;

use crate::{
    Error, ErrorCode, Result,
    connection::{End, StreamObserver},
    identity::{ContractHash, Documents},
    payload::Lane,
    wire::frame::Cancel,
};

use super::{Handler, ServerCall};

/// Answers for the contracts of what this process serves, on the core's own thread: whatever the application does.
pub(super) struct DocumentHandler(Arc<Documents>);

impl DocumentHandler {
    pub fn new(documents: Arc<Documents>) -> Self {
        Self(documents)
    }
}

#[derive(Deserialize)]
struct Request {
    hash: String,
}

impl Handler for DocumentHandler {
    fn open(&self, call: ServerCall) -> Arc<dyn StreamObserver> {
        Arc::new(Asked {
            documents: Arc::clone(&self.0),
            call: Mutex::new(Some(call)),
        })
    }
}

/// One call, until it is answered.
struct Asked {
    documents: Arc<Documents>,
    call: Mutex<Option<ServerCall>>,
}

impl Asked {
    fn document(&self, request: &[u8]) -> Result<Arc<str>> {
        let Request { hash } = serde_json::from_slice(request).map_err(|error| {
            let message = format!("expected {{\"hash\":\"<32 hex digits>\"}}: {error}");
            Error::new(ErrorCode::InvalidRequest, message)
        })?;
        let hash = ContractHash::parse(&hash).map_err(|error| Error::new(ErrorCode::InvalidRequest, error.message))?;
        self.documents.get(hash).ok_or_else(|| {
            let message = format!("nothing here is served with the contract {hash}");
            Error::new(ErrorCode::NotFound, message)
        })
    }
}

impl StreamObserver for Asked {
    fn message(&self, _lane: Lane, data: &[u8], _cost: u32) {
        // A stream of requests gets one answer too: to its first.
        let Some(call) = self.call.lock().take() else { return };
        let sent = self
            .document(data)
            .and_then(|document| call.send(Lane::Text, document.as_bytes(), true).map(|_| ()));
        if let Err(error) = sent {
            call.fail(&error);
        }
        call.flush();
    }

    fn end(self: Arc<Self>, end: End) {
        let Some(call) = self.call.lock().take() else { return };
        if end == End::Finished {
            call.fail(&Error::new(ErrorCode::InvalidRequest, "the request is missing"));
            call.flush();
        }
    }

    fn cancelled(&self, _cancel: Cancel) {
        drop(self.call.lock().take());
    }
}
