//! The worker's side: which endpoints this process serves, and the calls that are running.

mod async_handler;
mod document_handler;
mod in_flight;
mod reply;
mod served;
mod server_call;

pub use async_handler::{AsyncHandler, IncomingCall};
pub use in_flight::InFlight;
pub(crate) use reply::Reply;
pub use served::{Handler, Served};
pub use server_call::{CallInfo, ServerCall};

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::{Mutex, RwLock};
use rustc_hash::{FxHashMap, FxHashSet};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    Error, ErrorCode, Result,
    connection::{self, Accepted, Acceptor, Connection, NEVER, Offer},
    dynamo::worker::{Answer, Incoming, Ingress, Taker},
    identity::{DOCUMENT_PATH, Documents},
    security::{CLIENT_HELLO, refusal_in},
    system::EndpointMetrics,
    transport::Link,
    wire::{handshake::MAGIC, open::Open},
};

/// Connections that may be in their handshake at once: strangers who say nothing cannot pile up.
const HANDSHAKES: usize = 1024;

/// The group of the runtime's own endpoint.
const BUILT_IN: u64 = 1;

/// How long a connection that we close gives its peer to read the rest.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);

/// Takes calls from every connection and hands them to the endpoints' handlers.
pub struct Server {
    table: RwLock<Table>,
    documents: Arc<Documents>,
    next_group: AtomicU64,
    running: Arc<InFlight>,
    max_calls: usize,
    accepting: AtomicBool,
    /// The instance that calls have to mean; 0: any.
    instance: AtomicU64,
    /// The instance is no longer ours, and there is no other one yet.
    suspended: AtomicBool,
    connections: Mutex<Vec<Connection>>,
    handshakes: Semaphore,
    /// Connections that are made from now on end at once.
    closed: CancellationToken,
    offer: Offer,
    /// Takes calls on the original's wire, where that is spoken.
    ingress: Option<Ingress>,
}

#[derive(Default)]
struct Table {
    served: FxHashMap<String, Arc<Served>>,
    /// What was served once: callers who have not heard yet may try elsewhere.
    stopped: FxHashSet<String>,
}

impl Server {
    /// `max_calls`: calls that may run at once in this process; more are refused as `overloaded`.
    ///
    /// With `ingress` the original's wire is spoken on the same listener.
    pub fn new(offer: Offer, max_calls: usize, ingress: Option<Ingress>) -> Arc<Self> {
        let documents = Arc::<Documents>::default();
        let handler = Arc::new(document_handler::DocumentHandler::new(Arc::clone(&documents)));
        let mut table = Table::default();
        let running = Arc::<InFlight>::default();
        let built_in = Arc::new(Served::new(
            DOCUMENT_PATH,
            BUILT_IN,
            handler,
            Arc::clone(&running),
            None,
        ));
        table.served.insert(DOCUMENT_PATH.to_owned(), built_in);
        Arc::new(Self {
            table: RwLock::new(table),
            documents,
            next_group: AtomicU64::new(BUILT_IN + 1),
            running,
            max_calls,
            accepting: AtomicBool::new(true),
            instance: AtomicU64::new(0),
            suspended: AtomicBool::new(false),
            connections: Mutex::default(),
            handshakes: Semaphore::new(HANDSHAKES),
            closed: CancellationToken::new(),
            offer,
            ingress,
        })
    }

    /// From now on calls are taken for this instance, and refused if they mean another one.
    pub fn serve_as(&self, instance: u64) {
        self.instance.store(instance, Ordering::Release);
        self.suspended.store(false, Ordering::Release);
    }

    /// Refuses new calls until there is another instance id; open ones go on.
    pub fn suspend(&self) {
        self.suspended.store(true, Ordering::Release);
    }

    /// Puts an endpoint into the table; calls are taken from now on.
    pub fn add(
        &self,
        path: String,
        handler: Arc<dyn Handler>,
        metrics: Option<Arc<EndpointMetrics>>,
    ) -> Result<Arc<Served>> {
        let mut table = self.table.write();
        if table.served.contains_key(&path) {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!("{path} is served by this runtime already; stop it first, or create another runtime"),
            ));
        }
        let group = self.next_group.fetch_add(1, Ordering::Relaxed);
        let process = Arc::clone(&self.running);
        let served = Arc::new(Served::new(path.as_str(), group, handler, process, metrics));
        table.stopped.remove(&path);
        table.served.insert(path, Arc::clone(&served));
        Ok(served)
    }

    /// What takes calls on the original's wire, where that is spoken.
    pub(crate) fn ingress(&self) -> Option<&Ingress> {
        self.ingress.as_ref()
    }

    /// The documents that this process answers with.
    pub(crate) fn documents(&self) -> &Documents {
        &self.documents
    }

    /// New calls of the endpoint are refused from now on; running ones go on.
    pub fn remove(&self, path: &str) {
        let mut table = self.table.write();
        if table.served.remove(path).is_some() {
            table.stopped.insert(path.to_owned());
        }
    }

    /// Ends the calls of an endpoint that still run: handlers are told, and callers, who cannot know what became of
    /// their call. Returns how many there were.
    pub fn cut_off(&self, served: &Served) -> usize {
        let cut = served.running().count();
        let error = Error::new(
            ErrorCode::UnknownOutcome,
            "the worker stopped before the call ended, and cut it off",
        );
        for connection in self.connections() {
            connection.cut_off(served.group(), &error);
        }
        if let Some(ingress) = &self.ingress {
            ingress.answers().cut_off(served.group(), &error);
        }
        cut
    }

    /// Runs one accepted connection to its end. Its first bytes say which wire it speaks.
    pub async fn run(self: Arc<Self>, link: Link, peer: String) {
        let Ok(permit) = self.handshakes.try_acquire() else {
            return link.shutdown();
        };
        let Some(start) = self.start(&link, &peer).await else {
            return;
        };
        let security = &self.offer.security;
        let (link, start) = if start == CLIENT_HELLO {
            if !security.has_tls() {
                // A client of TLS takes what is no TLS for plain text, whatever it says.
                return connection::refuse(&link, &self.offer, security.unexpected_tls(&peer)).await;
            }
            let link = match security.answer(link, &start, &peer).await {
                Ok(link) => link,
                Err(error) => return tracing::debug!(%error, "connection refused"),
            };
            let Some(start) = self.start(&link, &peer).await else {
                return;
            };
            (link, start)
        } else if security.has_tls() && !link.is_inside() {
            return self.refuse_plaintext(&link, &peer, start).await;
        } else {
            (link, start)
        };
        if let Some(ingress) = &self.ingress
            && !MAGIC.starts_with(&start)
        {
            drop(permit);
            return ingress.run(&link, &peer, start.to_vec(), &*self, &self.closed).await;
        }
        let acceptor = Arc::clone(&self) as Arc<dyn Acceptor>;
        let connection = match connection::accept(link, peer, &start, &self.offer, acceptor).await {
            Ok(connection) => connection,
            Err(error) => return tracing::debug!(%error, "connection refused"),
        };
        drop(permit);
        {
            let mut connections = self.connections.lock();
            connections.retain(|other| !other.is_closed());
            connections.push(connection.clone());
        }
        if !self.accepting.load(Ordering::Acquire) {
            connection.go_away();
        }
        tokio::select! {
            () = connection.closed() => {}
            () = self.closed.cancelled() => connection.close(shut_down()),
        }
        self.connections.lock().retain(|other| !other.same_as(&connection));
    }

    /// How a connection begins; `None` if it does not.
    async fn start(&self, link: &Link, peer: &str) -> Option<[u8; 2]> {
        let mut start = [0; 2];
        match tokio::time::timeout(self.offer.timeout, link.read_exact(&mut start)).await {
            Ok(Ok(())) => return Some(start),
            Ok(Err(error)) => {
                if let Some(refusal) = refusal_in(&error, peer) {
                    self.offer.security.refusals().note(&refusal);
                }
                tracing::debug!(%peer, %error, "connection refused");
            }
            Err(_) => tracing::debug!(%peer, "connection refused: it says nothing"),
        }
        None
    }

    /// Tells a caller that TLS is wanted, on the wire that it speaks.
    async fn refuse_plaintext(&self, link: &Link, peer: &str, start: [u8; 2]) {
        let error = self.offer.security.plaintext(peer);
        match &self.ingress {
            Some(ingress) if !MAGIC.starts_with(&start) => ingress.refuse(link, &error).await,
            _ => connection::refuse(link, &self.offer, error).await,
        }
    }

    fn check_instance(&self, meant: Option<u64>) -> Result<()> {
        if self.suspended.load(Ordering::Acquire) {
            return Err(Error::new(
                ErrorCode::Unavailable,
                "this worker has lost its place in discovery and is taking another one",
            ));
        }
        let own = self.instance.load(Ordering::Acquire);
        match meant {
            Some(meant) if own != 0 && meant != own => Err(Error::new(
                ErrorCode::Unavailable,
                format!("instance {meant} is not there any more: its address belongs to instance {own} now"),
            )),
            _ => Ok(()),
        }
    }

    /// Calls that handlers are working on.
    pub fn running(&self) -> usize {
        self.running.count()
    }

    pub(crate) fn connections(&self) -> Vec<Connection> {
        self.connections.lock().clone()
    }

    /// Refuses new calls and says so on every connection; open ones go on.
    pub fn stop_accepting(&self) {
        self.accepting.store(false, Ordering::Release);
        for connection in self.connections() {
            connection.go_away();
        }
    }

    /// Refuses new calls, lets open ones end within `budget`, then closes every connection.
    /// Returns how many calls were cut off.
    pub async fn shut_down(&self, budget: Duration) -> usize {
        self.stop_accepting();
        let connections = self.connections();
        let until = Instant::now() + budget.min(NEVER);
        let idle = async {
            for connection in &connections {
                connection.idle().await;
            }
            if let Some(ingress) = &self.ingress {
                ingress.answers().idle().await;
            }
        };
        // What is not idle then is cut off here.
        let _ = tokio::time::timeout_at(until.into(), idle).await;
        let mut cut = self.ingress.as_ref().map_or(0, |ingress| ingress.answers().close());
        let mut closing = Vec::new();
        for connection in self.connections() {
            let open = connection.open_calls();
            if open > 0 {
                cut += open;
                connection.close(shut_down());
            } else {
                closing.push(tokio::spawn(async move {
                    connection.close_gently(CLOSE_PATIENCE, shut_down()).await;
                }));
            }
        }
        for task in closing {
            // A task that panicked has nothing left to close.
            let _ = task.await;
        }
        self.closed.cancel();
        cut
    }
}

impl Table {
    fn find(&self, path: &str) -> Result<Arc<Served>> {
        if let Some(served) = self.served.get(path) {
            return Ok(Arc::clone(served));
        }
        Err(if self.stopped.contains(path) {
            Error::new(
                ErrorCode::ShuttingDown,
                format!("this worker has stopped serving {path}"),
            )
        } else {
            Error::new(ErrorCode::NotFound, format!("this worker does not serve {path}"))
        })
    }
}

fn shut_down() -> Error {
    Error::new(ErrorCode::ShuttingDown, "this runtime has shut down")
}

impl Server {
    /// Finds the endpoint that a call is for, unless it is to be refused.
    fn admit(&self, path: &str, instance: Option<u64>) -> Result<Arc<Served>> {
        if !self.accepting.load(Ordering::Acquire) {
            return Err(Error::new(ErrorCode::ShuttingDown, "this worker is shutting down"));
        }
        self.check_instance(instance)?;
        if self.running.count() >= self.max_calls {
            return Err(Error::new(
                ErrorCode::Overloaded,
                format!(
                    "this worker runs {} calls, its limit (maxConcurrentCalls)",
                    self.max_calls
                ),
            ));
        }
        self.table.read().find(path)
    }
}

/// Hands a call to its handler.
fn begin(served: Arc<Served>, reply: Reply, info: CallInfo, now: Instant) -> Accepted {
    let group = served.group();
    let handler = Arc::clone(served.handler());
    let call = ServerCall::new(reply, info, served.begin(now));
    Accepted {
        observer: handler.open(call),
        group,
    }
}

impl Acceptor for Server {
    fn open(&self, connection: &Connection, stream: u32, open: Open<'_>, now: Instant) -> Result<Accepted> {
        let served = self.admit(open.path, open.instance)?;
        let info = CallInfo {
            path: Arc::clone(served.path()),
            id: open.id.to_owned(),
            metadata: open.metadata,
            request_stream: open.request_stream,
            deadline: open
                .timeout_ms
                .and_then(|ms| now.checked_add(Duration::from_millis(u64::from(ms)))),
            contract: open.contract,
        };
        let reply = Reply::Multiplexed(connection.clone(), stream);
        Ok(begin(served, reply, info, now))
    }
}

impl Taker for Server {
    fn take(&self, call: Incoming, answer: &Arc<Answer>, now: Instant) -> Result<Accepted> {
        let served = self.admit(&call.path, call.instance)?;
        let info = CallInfo {
            path: Arc::clone(served.path()),
            id: call.id,
            metadata: call.metadata,
            request_stream: call.request_stream,
            deadline: call.deadline,
            contract: call.contract,
        };
        Ok(begin(served, Reply::CallHome(Arc::clone(answer)), info, now))
    }
}
