use std::{future::Future, sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use stator_contract::Contract;
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    identity::ContractHash,
    server::{AsyncHandler, Handler, IncomingCall},
};
use tracing::Instrument;

use crate::{call_context::Context, json};

/// A call, for the parts that a method gets.
pub struct ServedCall {
    pub(super) incoming: IncomingCall,
    /// The contract of the endpoint.
    contract: ContractHash,
}

impl ServedCall {
    /// `namespace.component.endpoint`.
    pub(super) fn path(&self) -> &str {
        &self.incoming.info().path
    }

    /// The next message of the request, checked.
    pub(super) async fn next<T: Contract + DeserializeOwned>(&self) -> Result<Option<T>> {
        let Some(payload) = self.incoming.next().await? else {
            return Ok(None);
        };
        let request = json::read(&payload, ErrorCode::InvalidRequest, self.path());
        request.map(Some).map_err(|error| self.explained(error))
    }

    /// A request that does not fit, from a caller with another contract: that is the likely reason.
    fn explained(&self, mut error: Error) -> Error {
        if let Some(theirs) = self.incoming.info().contract.filter(|theirs| *theirs != self.contract) {
            error.message = format!(
                "{} (the caller was built with another contract, {}, than this service, {})",
                error.message,
                theirs.short(),
                self.contract.short()
            );
        }
        error
    }
}

/// What the contract says of an endpoint, and whose it is.
#[derive(Clone)]
pub(super) struct Facts {
    pub takes_stream: bool,
    /// For calls whose caller names no time.
    pub timeout: Option<Duration>,
    pub contract: ContractHash,
    /// Its instance id may change while it serves.
    pub runtime: DistributedRuntime,
}

/// Serves the calls of one endpoint: `work` reads the request, runs the method and sends what it gives.
pub(super) fn handler<F, Fut>(facts: Facts, work: F) -> Arc<dyn Handler>
where
    F: Fn(Arc<ServedCall>, Context) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<()>> + Send + 'static,
{
    let work = Arc::new(work);
    AsyncHandler::new(move |call: IncomingCall| {
        let (facts, work) = (facts.clone(), Arc::clone(&work));
        async move {
            check_kind(&call, &facts)?;
            let context = Context::new(&call, facts.runtime.instance_id());
            let span = tracing::info_span!("call", id = context.id(), endpoint = context.endpoint());
            let limit = facts.timeout.filter(|_| context.deadline().is_none());
            let path = Arc::clone(&call.info().path);
            let call = ServedCall {
                incoming: call,
                contract: facts.contract,
            };
            let running = context.scope(work(Arc::new(call), context.clone()));
            let Some(limit) = limit else {
                return running.instrument(span).await;
            };
            tokio::time::timeout(limit, running.instrument(span))
                .await
                .unwrap_or_else(|_| {
                    Err(Error::new(
                        ErrorCode::DeadlineExceeded,
                        format!("{path} took longer than its limit of {} ms.", limit.as_millis()),
                    ))
                })
        }
    })
}

/// Whether the request is one message or many, the caller says in its first frame.
fn check_kind(call: &IncomingCall, facts: &Facts) -> Result<()> {
    let info = call.info();
    let (takes, sends) = match (facts.takes_stream, info.request_stream) {
        (true, false) => ("a stream of requests", "one request"),
        (false, true) => ("one request", "a stream of requests"),
        _ => return Ok(()),
    };
    Err(Error::new(
        ErrorCode::InvalidRequest,
        format!(
            "{}: the endpoint takes {takes}, and the caller sends {sends}",
            info.path
        ),
    ))
}
