use std::{marker::PhantomData, sync::Arc};

use serde::de::DeserializeOwned;
use stator_contract::Contract;

use crate::{
    declared::NoError,
    failure::{Failure, IntoFailure},
};

use super::served_call::ServedCall;

/// The stream of requests of a call. Requests that are not taken hold the caller back.
pub struct Incoming<T, E = NoError> {
    call: Arc<ServedCall>,
    types: PhantomData<fn() -> (T, E)>,
}

impl<T: Contract + DeserializeOwned, E> Incoming<T, E> {
    pub(super) fn new(call: Arc<ServedCall>) -> Self {
        Self {
            call,
            types: PhantomData,
        }
    }

    /// The next request; `None` after the last one.
    ///
    /// # Errors
    /// `invalid_request` for one that breaks its contract, and what ended the call before its end.
    pub async fn next(&mut self) -> Result<Option<T>, Failure<E>> {
        self.call.next().await.map_err(IntoFailure::into_failure)
    }
}
