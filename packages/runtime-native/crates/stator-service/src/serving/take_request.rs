use std::{future::Future, marker::PhantomData, sync::Arc};

use serde::de::DeserializeOwned;
use stator_contract::Contract;
use stator_runtime::{Error, ErrorCode, Result, server::IncomingCall};

use super::incoming::Incoming;
use crate::json;

/// How an endpoint takes its request: [`One`] or [`Many`].
pub trait TakeRequest {
    /// What the method gets.
    type Request: Send + 'static;

    fn take(call: &Arc<IncomingCall>) -> impl Future<Output = Result<Self::Request>> + Send;
}

/// One request.
#[derive(Debug)]
pub struct One<T>(PhantomData<T>);

/// A stream of requests.
#[derive(Debug)]
pub struct Many<T, E>(PhantomData<(T, E)>);

impl<T: Contract + DeserializeOwned + Send + 'static> TakeRequest for One<T> {
    type Request = T;

    async fn take(call: &Arc<IncomingCall>) -> Result<T> {
        take(call).await?.ok_or_else(|| {
            Error::new(
                ErrorCode::InvalidRequest,
                format!("{}: no request came", call.info().path),
            )
        })
    }
}

impl<T: Contract + DeserializeOwned + Send + 'static, E: Send + 'static> TakeRequest for Many<T, E> {
    type Request = Incoming<T, E>;

    async fn take(call: &Arc<IncomingCall>) -> Result<Incoming<T, E>> {
        Ok(Incoming::new(Arc::clone(call)))
    }
}

/// The next message of the request, checked.
pub(super) async fn take<T: Contract + DeserializeOwned>(call: &IncomingCall) -> Result<Option<T>> {
    let Some(payload) = call.next().await? else {
        return Ok(None);
    };
    json::read(&payload, ErrorCode::InvalidRequest, &call.info().path).map(Some)
}
