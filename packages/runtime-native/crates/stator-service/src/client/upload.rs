use serde::{Serialize, de::DeserializeOwned};
use stator_contract::Contract;
use stator_runtime::ErrorCode;

use super::{answer::Answer, requests::Requests};
use crate::{
    declared::{Declared, NoError},
    failure::Failure,
};

/// A stream of requests that gets one answer. Dropping it cancels the call.
pub struct Upload<I, O, E = NoError> {
    requests: Requests<I, E>,
    answer: Answer<O, E>,
}

impl<I, O, E> Upload<I, O, E>
where
    I: Contract + Serialize + Send + 'static,
    O: Contract + DeserializeOwned + Send + 'static,
    E: Declared,
{
    pub(super) fn new(requests: Requests<I, E>, answer: Answer<O, E>) -> Self {
        Self { requests, answer }
    }

    /// Sends one request, and waits until the worker has room for more.
    ///
    /// # Errors
    /// `invalid_request` when it breaks its contract, `cancelled` when the call is over: [`Upload::finish`] says why.
    pub async fn send(&self, request: I) -> Result<(), Failure<E>> {
        self.requests.send(request).await
    }

    /// Ends the stream and waits for the answer.
    ///
    /// # Errors
    /// With what the worker failed with.
    pub async fn finish(self) -> Result<O, Failure<E>> {
        self.requests.finish();
        self.answer.await
    }

    /// Sends all of these, ends the stream, and waits for the answer.
    ///
    /// # Errors
    /// With what the worker failed with, also where it did so before it had taken everything.
    pub async fn send_all(self, requests: impl IntoIterator<Item = I>) -> Result<O, Failure<E>> {
        for request in requests {
            match self.send(request).await {
                Ok(()) => {}
                // The worker has answered, or failed: that is what the caller wants to know.
                Err(failure) if failure.code() == ErrorCode::Cancelled => break,
                Err(failure) => return Err(failure),
            }
        }
        self.finish().await
    }
}
