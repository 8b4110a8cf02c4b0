use std::{future::Future, marker::PhantomData, sync::Arc};

use serde::de::DeserializeOwned;
use stator_contract::Contract;
use stator_runtime::{Error, ErrorCode, Result};

use super::{incoming::Incoming, served_call::ServedCall};

/// How an endpoint takes its request: [`One`] or [`Many`].
pub trait TakeRequest {
    /// What the method gets.
    type Request: Send + 'static;

    fn take(call: &Arc<ServedCall>) -> impl Future<Output = Result<Self::Request>> + Send;
}

/// One request.
#[derive(Debug)]
pub struct One<T>(PhantomData<T>);

/// A stream of requests.
#[derive(Debug)]
pub struct Many<T, E>(PhantomData<(T, E)>);

impl<T: Contract + DeserializeOwned + Send + 'static> TakeRequest for One<T> {
    type Request = T;

    async fn take(call: &Arc<ServedCall>) -> Result<T> {
        call.next()
            .await?
            .ok_or_else(|| Error::new(ErrorCode::InvalidRequest, format!("{}: no request came", call.path())))
    }
}

impl<T: Contract + DeserializeOwned + Send + 'static, E: Send + 'static> TakeRequest for Many<T, E> {
    type Request = Incoming<T, E>;

    async fn take(call: &Arc<ServedCall>) -> Result<Incoming<T, E>> {
        Ok(Incoming::new(Arc::clone(call)))
    }
}
