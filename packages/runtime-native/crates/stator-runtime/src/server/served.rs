use std::sync::Arc;

use crate::connection::StreamObserver;

use super::{InFlight, ServerCall, in_flight::Running};

/// What an endpoint does with a call.
pub trait Handler: Send + Sync + 'static {
    /// Takes a call. Runs with the connection locked: it must not block, nor use the call before it returns.
    fn open(&self, call: ServerCall) -> Arc<dyn StreamObserver>;
}

/// One endpoint in the server's table.
pub struct Served {
    /// Its calls on every connection carry this number.
    group: u64,
    handler: Arc<dyn Handler>,
    running: Arc<InFlight>,
}

/// Keeps a call counted, for its endpoint and for the process, until its handler is done.
pub(super) struct Guard {
    _endpoint: Running,
    _process: Running,
}

impl Served {
    pub(super) fn new(group: u64, handler: Arc<dyn Handler>) -> Self {
        Self {
            group,
            handler,
            running: Arc::default(),
        }
    }

    pub(super) fn group(&self) -> u64 {
        self.group
    }

    pub(super) fn handler(&self) -> &Arc<dyn Handler> {
        &self.handler
    }

    pub(super) fn begin(&self, process: &Arc<InFlight>) -> Guard {
        Guard {
            _endpoint: self.running.begin(),
            _process: process.begin(),
        }
    }

    /// The calls of this endpoint.
    pub fn running(&self) -> &InFlight {
        &self.running
    }
}
