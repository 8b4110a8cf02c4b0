use std::{future::Future, sync::Arc, time::Duration};

use stator_runtime::{
    Error, ErrorCode, Result,
    server::{AsyncHandler, Handler, IncomingCall},
};
use tracing::Instrument;

use crate::call_context::Context;

/// What the contract says of an endpoint, and whose it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub takes_stream: bool,
    /// For calls whose caller names no time.
    pub timeout: Option<Duration>,
    pub instance_id: u64,
}

/// Serves the calls of one endpoint: `work` reads the request, runs the method and sends what it gives.
pub(super) fn handler<F, Fut>(facts: Facts, work: F) -> Arc<dyn Handler>
where
    F: Fn(Arc<IncomingCall>, Context) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<()>> + Send + 'static,
{
    let work = Arc::new(work);
    AsyncHandler::new(move |call: IncomingCall| {
        let work = Arc::clone(&work);
        async move {
            check_kind(&call, facts)?;
            let context = Context::new(&call, facts.instance_id);
            let span = tracing::info_span!("call", id = context.id(), endpoint = context.endpoint());
            let limit = facts.timeout.filter(|_| context.deadline().is_none());
            let path = Arc::clone(&call.info().path);
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
fn check_kind(call: &IncomingCall, facts: Facts) -> Result<()> {
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
