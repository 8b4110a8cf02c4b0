use std::marker::PhantomData;

use serde::Serialize;
use stator_contract::Contract;
use stator_runtime::{ErrorCode, client::RequestSink};

use super::target::SharedTarget;
use crate::{
    declared::NoError,
    failure::{Failure, IntoFailure},
    json,
};

/// Sends a stream of requests. Dropping it before [`Requests::finish`] ends the call: half a request is none.
pub struct Requests<I, E = NoError> {
    sink: RequestSink,
    target: SharedTarget,
    types: PhantomData<fn(I) -> E>,
}

impl<I: Contract + Serialize, E> Requests<I, E> {
    pub(super) fn new(sink: RequestSink, target: SharedTarget) -> Self {
        Self {
            sink,
            target,
            types: PhantomData,
        }
    }

    /// Sends one request, and waits until the worker has room for more.
    ///
    /// # Errors
    /// `invalid_request` when it breaks its contract, `cancelled` when the call is over: why, its response says.
    pub async fn send(&self, request: I) -> Result<(), Failure<E>> {
        let payload =
            json::write(&request, ErrorCode::InvalidRequest, self.target.path()).map_err(IntoFailure::into_failure)?;
        self.sink.send(payload).await.map_err(IntoFailure::into_failure)
    }

    /// Ends the stream.
    pub fn finish(self) {
        self.sink.finish();
    }
}
