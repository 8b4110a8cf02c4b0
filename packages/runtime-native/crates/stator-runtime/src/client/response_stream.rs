use std::sync::Arc;

use tokio::sync::Notify;

use crate::{
    Error, ErrorCode, Result,
    connection::SendStatus,
    inbox::Inbox,
    payload::{Lane, Payload},
    wire::frame::Cancel,
};

use super::{Call, CallOptions, Client, ResponseSink, Router};

/// The items that come back. Dropping it ends the call.
pub struct ResponseStream {
    call: Arc<Call>,
    events: Arc<Events>,
}

/// Sends a stream of requests. Dropping it before [`RequestSink::finish`] ends the call: half a request is none.
pub struct RequestSink {
    call: Arc<Call>,
    events: Arc<Events>,
    finished: bool,
}

#[derive(Default)]
struct Events {
    inbox: Inbox,
    writable: Notify,
}

impl ResponseSink for Events {
    fn message(&self, _tag: u64, _instance: u64, lane: Lane, data: &[u8], cost: u32) {
        self.inbox.push(lane, data, cost);
    }

    fn end(&self, _tag: u64, _instance: u64, result: Result<()>) {
        self.inbox.end(result);
        self.writable.notify_waiters();
    }

    fn writable(&self, _tag: u64) {
        self.writable.notify_waiters();
    }
}

impl ResponseStream {
    pub(super) fn start(
        client: &Client,
        request: Option<Payload>,
        router: Router,
        options: CallOptions,
    ) -> (Self, RequestSink) {
        let events = Arc::<Events>::default();
        let finished = request.is_some();
        let call = client.start(
            Arc::clone(&events) as Arc<dyn ResponseSink>,
            0,
            request,
            router,
            options,
        );
        call.flush();
        (
            Self {
                call: Arc::clone(&call),
                events: Arc::clone(&events),
            },
            RequestSink { call, events, finished },
        )
    }

    /// The next item; `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<Payload>> {
        let Some((payload, cost)) = self.events.inbox.next().await? else {
            return Ok(None);
        };
        self.call.consumed(u64::from(cost));
        self.call.flush();
        Ok(Some(payload))
    }

    /// The only item of a unary call.
    pub async fn one(mut self) -> Result<Payload> {
        let count = |count| {
            Error::new(
                ErrorCode::Protocol,
                format!("{count} items came where one was expected"),
            )
        };
        let first = self.next().await?.ok_or_else(|| count("no"))?;
        match self.next().await? {
            None => Ok(first),
            Some(_) => Err(count("several")),
        }
    }

    /// Asks the handler to finish early; what it still sends is read as before.
    pub fn stop(&self) {
        self.call.cancel(Cancel::Stop);
    }

    /// The instance that serves the call, once one was chosen.
    pub fn instance_id(&self) -> Option<u64> {
        self.call.instance_id()
    }

    pub fn id(&self) -> &str {
        self.call.id()
    }
}

impl Drop for ResponseStream {
    fn drop(&mut self) {
        self.call.cancel(Cancel::Kill);
        // After a kill the sink hears nothing more, but whoever waits for credit must.
        self.events.writable.notify_waiters();
    }
}

impl RequestSink {
    /// Sends one message and waits until there is credit for more, or the call is over. That it was sent does not say
    /// that it was read: what became of the call, its response says.
    pub async fn send(&self, payload: Payload) -> Result<()> {
        // Made before the message is sent: it hears what happens from now on.
        let writable = self.events.writable.notified();
        let status = self.call.send(payload, false)?;
        self.call.flush();
        match status {
            SendStatus::Sent => Ok(()),
            SendStatus::Queued => {
                writable.await;
                Ok(())
            }
            SendStatus::Gone => Err(Error::new(ErrorCode::Cancelled, "the call is over")),
        }
    }

    /// Ends the request.
    pub fn finish(mut self) {
        self.finished = true;
        self.call.finish();
        self.call.flush();
    }
}

impl Drop for RequestSink {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        let error = Error::new(ErrorCode::Cancelled, "the request was dropped before its end");
        if let Some(stream) = self.call.end_with(Err(error)) {
            stream.cancel(Cancel::Kill);
            stream.flush();
        }
    }
}
