//! The caller's side: which workers there are, which one takes a call, and the calls that are open.

mod attempt;
mod call;
mod choice;
mod dialer;
mod dispatch;
mod epoch;
pub(crate) mod judging;
mod mismatch;
mod nats_peer;
mod open_stream;
mod peer;
mod response_stream;
mod router;
mod target;
mod upstream_peer;
mod worker;
mod workers;

pub use call::{Call, CallOptions, ResponseSink};
pub use dialer::Dialer;
pub(crate) use epoch::Epoch;
pub(crate) use open_stream::OpenStream;
pub use response_stream::{RequestSink, ResponseStream};
pub use router::Router;
pub use target::Wire;
pub use worker::Worker;
pub use workers::Workers;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::{
    Error, ErrorCode, Result,
    closing::Closing,
    discovery::{Discovery, Instance, Instances, near_names},
    identity::{ContractHash, Standing},
    payload::Payload,
};

use choice::Pick;
use judging::Judging;

/// Calls one endpoint, wherever it is served.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

pub(crate) struct Inner {
    /// `namespace.component.endpoint`.
    path: String,
    workers: Arc<Workers>,
    dialer: Arc<Dialer>,
    discovery: Arc<dyn Discovery>,
    instances: watch::Receiver<Instances>,
    options: ClientOptions,
    closed: Closing,
}

/// What holds for every call of a client.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Which worker [`Client::generate`] takes.
    pub router: Router,
    /// Calls may run twice, whatever the endpoint declares.
    pub idempotent: bool,
    /// How long a call waits for a first instance when there is none that it can use.
    pub wait: Duration,
    /// The contract that the caller was built with. It travels with every call, and instances with another one are
    /// judged; without it, or without a judge, every instance is taken for compatible.
    pub contract: Option<ContractHash>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            router: Router::RoundRobin,
            idempotent: false,
            wait: Duration::ZERO,
            contract: None,
        }
    }
}

impl Client {
    pub(crate) async fn new(
        path: [&str; 3],
        discovery: Arc<dyn Discovery>,
        dialer: Arc<Dialer>,
        judging: Arc<Judging>,
        options: ClientOptions,
    ) -> Result<Self> {
        let instances = discovery.watch().await?;
        let verdicts = judging.changes();
        let workers = Arc::new(Workers::new(path, options.contract, Arc::clone(&dialer), judging));
        workers.update(&instances);
        let closed = Closing::default();
        tokio::spawn(follow(
            instances.clone(),
            verdicts,
            Arc::clone(&workers),
            closed.clone(),
        ));
        Ok(Self(Arc::new(Inner {
            path: path.join("."),
            workers,
            dialer,
            discovery,
            instances,
            options,
            closed,
        })))
    }

    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Ids of the instances that are registered now, ascending.
    pub fn instance_ids(&self) -> Vec<u64> {
        self.0.workers.snapshot().iter().map(|worker| worker.id()).collect()
    }

    pub fn instances(&self) -> Vec<Arc<Instance>> {
        self.0
            .workers
            .snapshot()
            .iter()
            .map(|worker| Arc::clone(worker.instance()))
            .collect()
    }

    /// The instances with their open calls.
    pub fn workers(&self) -> Arc<Vec<Arc<Worker>>> {
        self.0.workers.snapshot()
    }

    /// Resolves with the ids as soon as `min` instances are registered that are not known to be incompatible. Fails
    /// with [`ErrorCode::NoInstances`], or with [`ErrorCode::VersionMismatch`] if there are incompatible ones.
    pub async fn wait_for_instances(&self, min: usize, patience: Option<Duration>) -> Result<Vec<u64>> {
        let since = Instant::now();
        let mut changed = self.0.workers.changes();
        let enough = async {
            loop {
                let ids = self.usable_ids();
                if ids.len() >= min {
                    return Ok(ids);
                }
                tokio::select! {
                    result = changed.changed() => if result.is_err() { return Err(self.0.closed_error()); },
                    () = self.0.closed.closed() => return Err(self.0.closed_error()),
                    () = self.0.dialer.closed() => return Err(dialer::shut_down()),
                }
            }
        };
        match patience {
            None => enough.await,
            Some(patience) => match tokio::time::timeout(patience, enough).await {
                Ok(result) => result,
                Err(_) => Err(self.0.nobody(since.elapsed())),
            },
        }
    }

    /// Prefers others to this instance for that long. Says whether it is there.
    pub fn avoid(&self, instance_id: u64, time: Duration) -> bool {
        let workers = self.0.workers.snapshot();
        let found = workers.binary_search_by_key(&instance_id, |worker| worker.id());
        let worker = found.ok().and_then(|place| workers.get(place));
        if let Some(worker) = worker {
            worker.avoid(time);
        }
        worker.is_some()
    }

    fn usable_ids(&self) -> Vec<u64> {
        let workers = self.0.workers.snapshot();
        let usable = workers
            .iter()
            .filter(|worker| worker.standing() != Standing::Incompatible);
        usable.map(|worker| worker.id()).collect()
    }

    /// Waits for the next change of the list of instances; `false` when the client, or its runtime, was closed.
    pub async fn instances_changed(&self, since: &mut watch::Receiver<()>) -> bool {
        tokio::select! {
            () = self.0.closed.closed() => false,
            () = self.0.dialer.closed() => false,
            result = since.changed() => result.is_ok(),
        }
    }

    /// Marks when the list of instances changes.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.workers.changes()
    }

    /// Calls with one request; `router` decides who takes it.
    pub fn call(&self, request: Payload, router: Router, options: CallOptions) -> ResponseStream {
        ResponseStream::start(self, Some(request), router, options).0
    }

    /// Calls with a stream of requests.
    pub fn open(&self, router: Router, options: CallOptions) -> (ResponseStream, RequestSink) {
        ResponseStream::start(self, None, router, options)
    }

    /// Calls with one request; the client's router decides who takes it.
    pub fn generate(&self, request: Payload, options: CallOptions) -> ResponseStream {
        self.call(request, self.0.options.router, options)
    }

    /// The client's own router.
    pub fn router(&self) -> Router {
        self.0.options.router
    }

    /// Starts a call whose events go to `sink`: what [`Client::call`] and the bindings are made of.
    /// With `request: None` the request is a stream, sent by [`Call::send`].
    pub fn start(
        &self,
        sink: Arc<dyn ResponseSink>,
        tag: u64,
        request: Option<Payload>,
        router: Router,
        options: CallOptions,
    ) -> Arc<Call> {
        Call::start(Arc::clone(&self.0), sink, tag, request, router, options)
    }

    /// Stops watching. Calls that are open go on; later ones, and those that wait for a first instance, fail.
    pub fn close(&self) {
        self.0.closed.close();
    }
}

impl Inner {
    /// Why no call can begin any more, if so.
    pub(crate) fn over(&self) -> Option<Error> {
        if self.closed.is_closed() {
            return Some(self.closed_error());
        }
        self.dialer.is_closed().then(dialer::shut_down)
    }

    /// Chooses a worker. What discovery knows already, but this client has not been told yet, counts.
    fn pick(&self, router: Router, tried: &[u64]) -> Pick {
        match self.workers.pick(router, tried) {
            Pick::Incompatible(_) | Pick::Nobody => {
                self.workers.update(&self.instances);
                self.workers.pick(router, tried)
            }
            found => found,
        }
    }

    fn closed_error(&self) -> Error {
        Error::new(
            ErrorCode::ShuttingDown,
            format!("the client of {} was closed", self.path),
        )
    }

    /// The error of a call that found nobody: what was looked for, where, what is near, and how long it waited.
    pub(crate) fn no_instances(&self, waited: Duration) -> Error {
        let known: Vec<String> = {
            let mut paths: Vec<_> = self.instances.borrow().iter().map(|instance| instance.path()).collect();
            paths.dedup();
            paths
        };
        let near = near_names(&self.path, known.iter().map(String::as_str));
        let near = if near.is_empty() {
            String::new()
        } else {
            format!("; did you mean {}?", near.join(", "))
        };
        let unusable = match self.workers.unusable().as_slice() {
            [] => String::new(),
            [why] => format!("; one is there that cannot be called: {why}"),
            [why, rest @ ..] => format!("; {} are there that cannot be called: {why}, and so on", rest.len() + 1),
        };
        Error::new(
            ErrorCode::NoInstances,
            format!(
                "no instance of {} in {} discovery at {} ({} ms waited, {} other endpoints known){near}{unusable}",
                self.path,
                self.discovery.backend(),
                self.discovery.location(),
                waited.as_millis(),
                known.iter().filter(|path| **path != self.path).count(),
            ),
        )
    }
}

async fn follow(
    mut instances: watch::Receiver<Instances>,
    mut verdicts: watch::Receiver<()>,
    workers: Arc<Workers>,
    closed: Closing,
) {
    loop {
        tokio::select! {
            () = closed.closed() => return,
            result = instances.changed() => {
                if result.is_err() {
                    return;
                }
                workers.update(&instances);
            }
            // Its sender lives as long as the workers.
            Ok(()) = verdicts.changed() => workers.judged(),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.closed.close();
    }
}
