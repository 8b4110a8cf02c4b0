use std::{sync::Arc, time::Instant};

use crate::{
    Error, Result, connection::SendStatus, identity::ContractHash, payload::Lane, system::EndpointMetrics,
    wire::open::Metadata,
};

use super::{Reply, served::Guard};

/// What a worker knows of a call before its first message.
#[derive(Debug, Clone)]
pub struct CallInfo {
    pub path: Arc<str>,
    pub id: String,
    pub metadata: Metadata,
    pub request_stream: bool,
    pub deadline: Option<Instant>,
    /// The contract that the caller was built with, if it says so.
    pub contract: Option<ContractHash>,
}

/// A call as its handler answers it. It counts as running until the last clone is dropped.
#[derive(Clone)]
pub struct ServerCall(Arc<Inner>);

struct Inner {
    reply: Reply,
    info: CallInfo,
    guard: Guard,
}

/// None of these writes to the socket by itself: call [`ServerCall::flush`] after a batch.
impl ServerCall {
    pub(super) fn new(reply: Reply, info: CallInfo, guard: Guard) -> Self {
        Self(Arc::new(Inner { reply, info, guard }))
    }

    pub fn info(&self) -> &CallInfo {
        &self.0.info
    }

    /// Sends one item; `end` ends the response with it. An item over the caller's limit is an error, nothing is sent.
    pub fn send(&self, lane: Lane, data: &[u8], end: bool) -> Result<SendStatus> {
        let status = self.0.reply.send(lane, data, end)?;
        if let Some(metrics) = self.0.guard.metrics() {
            metrics.response_bytes(data.len() as u64);
        }
        Ok(status)
    }

    /// Sends several items; those before one that is over the caller's limit are sent.
    pub fn send_all<'a>(&self, items: impl Iterator<Item = (Lane, &'a [u8])>) -> Result<SendStatus> {
        let mut bytes = 0;
        let status = self
            .0
            .reply
            .send_all(items.inspect(|(_, data)| bytes += data.len() as u64))?;
        if let Some(metrics) = self.0.guard.metrics() {
            metrics.response_bytes(bytes);
        }
        Ok(status)
    }

    /// Ends the response.
    pub fn finish(&self) -> SendStatus {
        self.0.reply.finish()
    }

    /// Ends the response with an error, after the items before it.
    pub fn fail(&self, error: &Error) -> SendStatus {
        self.0.guard.failed(error.code);
        self.0.reply.fail(error)
    }

    /// A received message of this cost has been taken by the handler.
    pub fn consumed(&self, cost: u64) {
        self.0.reply.consumed(cost);
    }

    /// The counters of its endpoint, if the runtime counts: for what arrives, which the handler's observer sees.
    pub fn metrics(&self) -> Option<&Arc<EndpointMetrics>> {
        self.0.guard.metrics()
    }

    pub(crate) fn reply(&self) -> &Reply {
        &self.0.reply
    }

    pub fn flush(&self) {
        self.0.reply.flush();
    }
}
