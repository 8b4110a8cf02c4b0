use std::{
    future::{Future, IntoFuture},
    marker::PhantomData,
    pin::Pin,
    time::{Duration, Instant},
};

use serde::{Serialize, de::DeserializeOwned};
use stator_contract::Contract;
use stator_runtime::{
    ErrorCode, Result,
    client::{CallOptions, Router},
    payload::Payload,
};

use super::{
    answer::Answer,
    kind::{ClientStream, Duplex, ServerStream, Unary},
    requests::Requests,
    responses::Responses,
    target::SharedTarget,
    upload::Upload,
};
use crate::{
    call_context::Context,
    declared::{Declared, NoError},
    failure::{Failure, IntoFailure},
    json,
};

pub type UnaryCall<I, O, E = NoError> = Call<I, O, E, Unary>;
pub type ServerStreamCall<I, O, E = NoError> = Call<I, O, E, ServerStream>;
pub type ClientStreamCall<I, O, E = NoError> = Call<I, O, E, ClientStream>;
pub type DuplexCall<I, O, E = NoError> = Call<I, O, E, Duplex>;

/// A call that is made when it is awaited: `client.count(words).timeout(time).await?`.
///
/// | kind | gives |
/// | --- | --- |
/// | [`Unary`] | the answer |
/// | [`ServerStream`] | [`Responses`] |
/// | [`ClientStream`] | [`Upload`] |
/// | [`Duplex`] | [`Requests`] and [`Responses`] |
///
/// Inside of a handler it inherits id, metadata and deadline of the call that is served. Dropping what it gives, or the
/// future of a unary call, cancels it at the far end.
#[must_use = "a call is made when it is awaited"]
pub struct Call<I, O, E, K> {
    target: Result<SharedTarget>,
    request: Option<I>,
    timeout: Option<Duration>,
    router: Option<Router>,
    id: Option<String>,
    metadata: Vec<(String, String)>,
    types: PhantomData<Types<O, E, K>>,
}

type Types<O, E, K> = fn() -> (O, E, K);

impl<I, O, E, K> Call<I, O, E, K> {
    pub(super) fn new(target: Result<SharedTarget>, request: Option<I>) -> Self {
        Self {
            target,
            request,
            timeout: None,
            router: None,
            id: None,
            metadata: Vec::new(),
            types: PhantomData,
        }
    }

    /// The call ends with `deadline_exceeded` after this time. Default: that of the contract; the deadline of a call that
    /// is being served holds too.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How an instance is chosen. Default: the client's.
    pub fn router(mut self, router: Router) -> Self {
        self.router = Some(router);
        self
    }

    /// Sends the call to this instance only.
    pub fn instance(self, id: u64) -> Self {
        self.router(Router::Direct(id))
    }

    /// Shown as [`Context::id`] in every hop.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Text that travels with the call through every hop.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        let key = key.into();
        self.metadata.retain(|(name, _)| *name != key);
        self.metadata.push((key, value.into()));
        self
    }

    fn options(&mut self, contract: Option<Duration>) -> CallOptions {
        let context = Context::current();
        let inherited = context.as_ref();
        let now = Instant::now();
        // A time that is too far away to be told is none.
        let own = self.timeout.or(contract).and_then(|timeout| now.checked_add(timeout));
        let around = inherited.and_then(Context::deadline);
        let mut metadata = std::mem::take(&mut self.metadata);
        for (key, value) in inherited.map(Context::metadata).unwrap_or_default() {
            if !metadata.iter().any(|(name, _)| name == key) {
                metadata.push((key.clone(), value.clone()));
            }
        }
        CallOptions {
            id: self
                .id
                .take()
                .or_else(|| inherited.map(|context| context.id().to_owned())),
            deadline: own.into_iter().chain(around).min(),
            metadata,
            since: Some(now),
            annotated: false,
        }
    }
}

impl<I, O, E, K> Call<I, O, E, K>
where
    I: Contract + Serialize,
    O: Contract + DeserializeOwned,
    E: Declared,
{
    fn with_request(mut self) -> Result<Responses<O, E>> {
        let target = self.target.clone()?;
        let request = match &self.request {
            Some(request) => json::write(request, ErrorCode::InvalidRequest, target.path())?,
            None => Payload::text("null"),
        };
        let options = self.options(target.timeout);
        let router = self.router.unwrap_or_else(|| target.client.router());
        let responses = target.client.call(request, router, options);
        Ok(Responses::new(responses, target))
    }

    fn with_stream(mut self) -> Result<(Requests<I, E>, Responses<O, E>)> {
        let target = self.target.clone()?;
        let options = self.options(target.timeout);
        let router = self.router.unwrap_or_else(|| target.client.router());
        let (responses, requests) = target.client.open(router, options);
        Ok((
            Requests::new(requests, SharedTarget::clone(&target)),
            Responses::new(responses, target),
        ))
    }
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

macro_rules! into_future {
    ($kind:ty, $output:ty, |$call:ident| $run:expr) => {
        impl<I, O, E> IntoFuture for Call<I, O, E, $kind>
        where
            I: Contract + Serialize + Send + 'static,
            O: Contract + DeserializeOwned + Send + 'static,
            E: Declared,
        {
            type Output = Result<$output, Failure<E>>;
            type IntoFuture = Boxed<Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                let $call = self;
                Box::pin(async move { $run })
            }
        }
    };
}

into_future!(Unary, O, |call| {
    Answer::new(call.with_request().map_err(IntoFailure::into_failure)?).await
});
into_future!(ServerStream, Responses<O, E>, |call| call
    .with_request()
    .map_err(IntoFailure::into_failure));
into_future!(ClientStream, Upload<I, O, E>, |call| {
    let (requests, responses) = call.with_stream().map_err(IntoFailure::into_failure)?;
    Ok(Upload::new(requests, Answer::new(responses)))
});
into_future!(Duplex, (Requests<I, E>, Responses<O, E>), |call| call
    .with_stream()
    .map_err(IntoFailure::into_failure));
