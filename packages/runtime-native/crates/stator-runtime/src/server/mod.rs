//! The worker's side: which endpoints this process serves, and the calls that are running.

mod async_handler;
mod in_flight;
mod served;
mod server_call;

pub use async_handler::{AsyncHandler, IncomingCall};
pub use in_flight::InFlight;
pub use served::{Handler, Served};
pub use server_call::{CallInfo, ServerCall};

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::{Mutex, RwLock};
use rustc_hash::FxHashMap;
use tokio::sync::Semaphore;

use crate::{
    Error, ErrorCode, Result,
    connection::{self, Acceptor, Connection, Offer, StreamObserver},
    transport::Link,
    wire::open::Open,
};

/// Connections that may be in their handshake at once: strangers who say nothing cannot pile up.
const HANDSHAKES: usize = 1024;

/// How long a connection that we close gives its peer to read the rest.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);

/// Takes calls from every connection and hands them to the endpoints' handlers.
pub struct Server {
    served: RwLock<FxHashMap<String, Arc<Served>>>,
    running: Arc<InFlight>,
    max_calls: usize,
    accepting: AtomicBool,
    connections: Mutex<Vec<Connection>>,
    handshakes: Semaphore,
    offer: Offer,
}

impl Server {
    /// `max_calls`: calls that may run at once in this process; more are refused as `overloaded`.
    pub fn new(offer: Offer, max_calls: usize) -> Arc<Self> {
        Arc::new(Self {
            served: RwLock::default(),
            running: Arc::default(),
            max_calls,
            accepting: AtomicBool::new(true),
            connections: Mutex::default(),
            handshakes: Semaphore::new(HANDSHAKES),
            offer,
        })
    }

    /// Puts an endpoint into the table; calls are taken from now on.
    pub fn add(&self, path: String, handler: Arc<dyn Handler>) -> Result<Arc<Served>> {
        let mut table = self.served.write();
        if table.contains_key(&path) {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!("{path} is served by this runtime already; stop it first, or create another runtime"),
            ));
        }
        let served = Arc::new(Served::new(handler));
        table.insert(path, Arc::clone(&served));
        Ok(served)
    }

    /// New calls of the endpoint are refused from now on; running ones go on.
    pub fn remove(&self, path: &str) {
        self.served.write().remove(path);
    }

    /// Runs one accepted connection to its end.
    pub async fn run(self: Arc<Self>, link: Link, peer: String) {
        let connection = {
            let Ok(_permit) = self.handshakes.try_acquire() else {
                return link.shutdown();
            };
            let acceptor = Arc::clone(&self) as Arc<dyn Acceptor>;
            match connection::accept(link, peer, &self.offer, acceptor).await {
                Ok(connection) => connection,
                Err(error) => return tracing::debug!(%error, "connection refused"),
            }
        };
        {
            let mut connections = self.connections.lock();
            connections.retain(|other| !other.is_closed());
            connections.push(connection.clone());
        }
        if !self.accepting.load(Ordering::Acquire) {
            connection.go_away();
        }
        connection.closed().await;
        self.connections.lock().retain(|other| !other.same_as(&connection));
    }

    /// Calls that handlers are working on.
    pub fn running(&self) -> usize {
        self.running.count()
    }

    /// Refuses new calls, lets running ones end within `budget`, then closes every connection.
    /// Returns how many calls were cut off.
    pub async fn shut_down(&self, budget: Duration) -> usize {
        self.accepting.store(false, Ordering::Release);
        let connections = self.connections.lock().clone();
        for connection in &connections {
            connection.go_away();
        }
        let until = Instant::now() + budget;
        let drain = async {
            self.running.none().await;
            for connection in &connections {
                connection.idle().await;
            }
        };
        let drained = tokio::time::timeout_at(until.into(), drain).await.is_ok();
        let cut = if drained { 0 } else { self.running.count() };
        let closed = Error::new(ErrorCode::ShuttingDown, "this runtime has shut down");
        let connections = self.connections.lock().clone();
        if drained {
            let closing: Vec<_> = connections
                .into_iter()
                .map(|connection| {
                    let error = closed.clone();
                    tokio::spawn(async move { connection.close_gently(CLOSE_PATIENCE, error).await })
                })
                .collect();
            for task in closing {
                // A task that panicked has nothing left to close.
                let _ = task.await;
            }
        } else {
            for connection in connections {
                connection.close(closed.clone());
            }
        }
        cut
    }
}

impl Acceptor for Server {
    fn open(&self, connection: &Connection, stream: u32, open: Open) -> Result<Arc<dyn StreamObserver>> {
        if !self.accepting.load(Ordering::Acquire) {
            return Err(Error::new(ErrorCode::ShuttingDown, "this worker is shutting down"));
        }
        if self.running.count() >= self.max_calls {
            return Err(Error::new(
                ErrorCode::Overloaded,
                format!(
                    "this worker runs {} calls, its limit (maxConcurrentCalls)",
                    self.max_calls
                ),
            ));
        }
        let served = self.served.read().get(&open.path).cloned();
        let Some(served) = served else {
            return Err(Error::new(
                ErrorCode::NotFound,
                format!("this worker does not serve {}", open.path),
            ));
        };
        let guard = served.begin(&self.running);
        let deadline = open
            .timeout_ms
            .and_then(|ms| Instant::now().checked_add(Duration::from_millis(u64::from(ms))));
        let info = CallInfo {
            path: open.path,
            id: open.id,
            metadata: open.metadata,
            request_stream: open.request_stream,
            deadline,
        };
        Ok(served
            .handler()
            .open(ServerCall::new(connection.clone(), stream, info, guard)))
    }
}
