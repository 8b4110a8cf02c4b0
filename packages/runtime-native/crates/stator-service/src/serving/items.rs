use std::{marker::PhantomData, sync::Arc};

use serde::Serialize;
use stator_contract::Contract;
use stator_runtime::ErrorCode;

use super::served_call::ServedCall;
use crate::{
    declared::NoError,
    failure::{Failure, IntoFailure},
    json,
};

/// Where a handler puts the items of its stream. The stream ends when the handler returns; with an error, if it returns
/// one.
pub struct Items<T, E = NoError> {
    call: Arc<ServedCall>,
    types: PhantomData<fn(T) -> E>,
}

impl<T: Contract + Serialize, E> Items<T, E> {
    pub(super) fn new(call: Arc<ServedCall>) -> Self {
        Self {
            call,
            types: PhantomData,
        }
    }

    /// Sends one item, and waits until the caller has room for more.
    ///
    /// # Errors
    /// `invalid_response` when the item breaks its contract, `payload_too_large`, and `cancelled` when the caller is gone.
    pub async fn send(&self, item: T) -> Result<(), Failure<E>> {
        let payload =
            json::write(&item, ErrorCode::InvalidResponse, self.call.path()).map_err(IntoFailure::into_failure)?;
        self.call
            .incoming
            .send(payload)
            .await
            .map_err(IntoFailure::into_failure)
    }
}
