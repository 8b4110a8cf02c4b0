use std::{future::Future, marker::PhantomData, sync::Arc};

use tokio::{runtime::Handle, sync::Notify};
use tokio_util::sync::CancellationToken;

use crate::{
    Error, ErrorCode, Result,
    connection::{End, SendStatus, StreamObserver},
    inbox::Inbox,
    payload::{Lane, Payload},
    system::EndpointMetrics,
    wire::frame::Cancel,
};

use super::{CallInfo, Handler, ServerCall};

/// Serves an endpoint with an async function: `Ok(())` ends the response, an error ends it with that error.
pub struct AsyncHandler<F, Fut> {
    function: Arc<F>,
    tokio: Handle,
    future: PhantomData<fn() -> Fut>,
}

impl<F, Fut> AsyncHandler<F, Fut>
where
    F: Fn(IncomingCall) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<()>> + Send + 'static,
{
    /// Calls run on the Tokio runtime that this is called in.
    pub fn new(function: F) -> Arc<Self> {
        Arc::new(Self {
            function: Arc::new(function),
            tokio: Handle::current(),
            future: PhantomData,
        })
    }
}

impl<F, Fut> Handler for AsyncHandler<F, Fut>
where
    F: Fn(IncomingCall) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<()>> + Send + 'static,
{
    fn open(&self, call: ServerCall) -> Arc<dyn StreamObserver> {
        let observer = Arc::new(Observer {
            metrics: call.metrics().cloned(),
            ..Observer::default()
        });
        let incoming = IncomingCall {
            call: call.clone(),
            observer: Arc::clone(&observer),
        };
        let function = Arc::clone(&self.function);
        let killed = observer.killed.clone();
        self.tokio.spawn(async move {
            let _guard = FailOnPanic(&call);
            // Dropping the handler's future when the caller is gone is its cancellation.
            let result = tokio::select! {
                result = function(incoming) => result,
                () = killed.cancelled() => return,
            };
            match result {
                Ok(()) => call.finish(),
                Err(error) => call.fail(&error),
            };
            call.flush();
        });
        observer
    }
}

/// A handler that panics must not leave its caller waiting.
struct FailOnPanic<'a>(&'a ServerCall);

impl Drop for FailOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(&Error::new(ErrorCode::Internal, "the handler panicked"));
            self.0.flush();
        }
    }
}

/// A call inside an async handler.
pub struct IncomingCall {
    call: ServerCall,
    observer: Arc<Observer>,
}

impl IncomingCall {
    pub fn info(&self) -> &CallInfo {
        self.call.info()
    }

    /// The next message of the request; `None` at its end.
    pub async fn next(&self) -> Result<Option<Payload>> {
        let Some((payload, cost)) = self.observer.inbox.next().await? else {
            return Ok(None);
        };
        self.call.consumed(u64::from(cost));
        self.call.flush();
        Ok(Some(payload))
    }

    /// Sends one item and waits until the caller has given credit for it.
    pub async fn send(&self, item: Payload) -> Result<()> {
        self.write(item, false).await
    }

    /// Sends the last item, which ends the response.
    pub async fn send_last(&self, item: Payload) -> Result<()> {
        self.write(item, true).await
    }

    async fn write(&self, item: Payload, end: bool) -> Result<()> {
        let writable = self.observer.writable.notified();
        let status = self.call.send(item.lane, &item.data, end)?;
        self.call.flush();
        match status {
            SendStatus::Sent => Ok(()),
            SendStatus::Queued => {
                writable.await;
                Ok(())
            }
            SendStatus::Gone => Err(Error::new(ErrorCode::Cancelled, "the caller is gone")),
        }
    }

    /// Whether the caller asked to finish early.
    pub fn is_stopped(&self) -> bool {
        self.observer.stopped.is_cancelled()
    }

    /// Resolves when the caller asks to finish early, or is gone.
    pub async fn stopped(&self) {
        self.observer.stopped.cancelled().await;
    }

    /// The same as a token, which may outlive the call.
    pub fn stop_token(&self) -> CancellationToken {
        self.observer.stopped.clone()
    }
}

#[derive(Default)]
struct Observer {
    inbox: Inbox,
    writable: Notify,
    stopped: CancellationToken,
    killed: CancellationToken,
    metrics: Option<Arc<EndpointMetrics>>,
}

impl Observer {
    fn kill(&self, error: Error) {
        self.inbox.abort(error);
        self.stopped.cancel();
        self.killed.cancel();
        self.writable.notify_waiters();
    }
}

impl StreamObserver for Observer {
    fn message(&self, lane: Lane, data: &[u8], cost: u32) {
        if let Some(metrics) = &self.metrics {
            metrics.request_bytes(data.len() as u64);
        }
        self.inbox.push(lane, data, cost);
    }

    fn end(self: Arc<Self>, end: End) {
        match end {
            End::Finished => self.inbox.end(Ok(())),
            End::Failed { error, .. } | End::Lost { error, .. } => self.kill(error),
            End::DeadlineExceeded => {
                self.kill(Error::new(ErrorCode::DeadlineExceeded, "the call's time was up"));
            }
        }
    }

    fn cancelled(&self, cancel: Cancel) {
        if let Some(metrics) = &self.metrics {
            metrics.cancelled();
        }
        self.stopped.cancel();
        if cancel == Cancel::Kill {
            self.kill(Error::new(ErrorCode::Cancelled, "the caller cancelled"));
        }
    }

    fn writable(&self) {
        self.writable.notify_waiters();
    }
}
