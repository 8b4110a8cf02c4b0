use std::{sync::Arc, time::Duration};

use tokio::sync::{Mutex, watch};

use crate::{
    Error, ErrorCode, Result,
    client::{Client, ClientOptions},
    discovery::{Instance, Stator, Transport, validate_name},
    dynamo::{
        AnswersBy,
        nats::subject::endpoint_subject,
        wire::address::endpoint_path,
        worker::{NatsServing, serve_nats},
    },
    events::EventScope,
    identity::{ContractHash, EndpointContract},
    server::{Handler, Served},
    wire::handshake::VERSIONS,
};

use super::{DistributedRuntime, EndpointPath, Phase};

/// A group of components that belong together.
#[derive(Clone)]
pub struct Namespace {
    runtime: DistributedRuntime,
    name: String,
}

impl Namespace {
    pub(super) fn new(runtime: DistributedRuntime, name: &str) -> Result<Self> {
        validate_name("namespace", name)?;
        Ok(Self {
            runtime,
            name: name.to_owned(),
        })
    }

    pub(super) fn runtime(&self) -> &DistributedRuntime {
        &self.runtime
    }

    pub(super) fn scope(&self) -> EventScope {
        EventScope::namespace(&self.name)
    }

    pub fn component(&self, name: &str) -> Result<Component> {
        validate_name("component", name)?;
        Ok(Component {
            namespace: self.clone(),
            name: name.to_owned(),
        })
    }
}

/// One kind of worker.
#[derive(Clone)]
pub struct Component {
    namespace: Namespace,
    name: String,
}

impl Component {
    pub(super) fn runtime(&self) -> &DistributedRuntime {
        &self.namespace.runtime
    }

    pub(super) fn scope(&self) -> EventScope {
        EventScope::component(&self.namespace.name, &self.name)
    }

    pub fn endpoint(&self, name: &str) -> Result<Endpoint> {
        let path = EndpointPath::new(&self.namespace.name, &self.name, name)?;
        Ok(Endpoint::new(self.namespace.runtime.clone(), path))
    }
}

/// Something that can be served and called.
#[derive(Clone)]
pub struct Endpoint {
    runtime: DistributedRuntime,
    path: EndpointPath,
}

/// How an endpoint is served.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Running a call twice does no harm: callers may try again after a worker was lost.
    pub idempotent: bool,
    /// Running calls may end before the endpoint does; otherwise they are cut off at once.
    pub graceful_shutdown: bool,
    /// The contract that it keeps: the hash stands in its record, and the document is given to whoever asks for it.
    pub contract: Option<EndpointContract>,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            idempotent: false,
            graceful_shutdown: true,
            contract: None,
        }
    }
}

impl Endpoint {
    pub(super) fn new(runtime: DistributedRuntime, path: EndpointPath) -> Self {
        Self { runtime, path }
    }

    pub(super) fn runtime(&self) -> &DistributedRuntime {
        &self.runtime
    }

    pub(super) fn scope(&self) -> EventScope {
        let EndpointPath {
            namespace,
            component,
            endpoint,
        } = &self.path;
        EventScope::endpoint(namespace, component, endpoint)
    }

    pub fn path(&self) -> &EndpointPath {
        &self.path
    }

    /// Listens, takes calls, and only then appears in discovery.
    pub async fn serve(&self, handler: Arc<dyn Handler>, options: ServeOptions) -> Result<ServedEndpoint> {
        let runtime = &self.runtime.0;
        if self.runtime.phase() != Phase::Running {
            return Err(self.shutting_down());
        }
        let address = runtime.plane.listen(Arc::clone(&runtime.server)).await?;
        let path = self.path.to_string();
        let system = self.runtime.system();
        let metrics = system.map(|system| {
            let EndpointPath {
                namespace,
                component,
                endpoint,
            } = &self.path;
            system.metrics().endpoint(namespace, component, endpoint)
        });
        let served = runtime.server.add(path.clone(), handler, metrics)?;
        if let Some(contract) = &options.contract
            && let Err(error) = runtime.server.documents().keep(contract)
        {
            runtime.server.remove(&path);
            return Err(error);
        }
        let withdrawal = Arc::new(Withdrawal {
            runtime: self.runtime.clone(),
            path: self.path.clone(),
            address,
            idempotent: options.idempotent,
            served,
            graceful: options.graceful_shutdown,
            contract: options.contract.map(|contract| contract.hash),
            withdrawn: Mutex::new(false),
            nats: Mutex::default(),
            closed: watch::Sender::new(false),
        });
        // Before it is registered: a new instance id that comes meanwhile counts for it too.
        runtime.served.lock().push(Arc::clone(&withdrawal));
        if let Err(error) = withdrawal.register().await {
            runtime.server.remove(&path);
            withdrawal.release_contract();
            runtime.served.lock().retain(|other| !Arc::ptr_eq(other, &withdrawal));
            return Err(error);
        }
        let served = ServedEndpoint(withdrawal);
        if self.runtime.phase() != Phase::Running {
            // The shutdown may have passed by before there was anything to withdraw.
            served.stop().await?;
            return Err(self.shutting_down());
        }
        Ok(served)
    }

    fn shutting_down(&self) -> Error {
        Error::new(
            ErrorCode::ShuttingDown,
            format!("{} cannot be served: the runtime is shutting down", self.path),
        )
    }

    /// A client that knows the instances of this moment and follows them from now on.
    pub async fn client(&self, options: ClientOptions) -> Result<Client> {
        let runtime = &self.runtime.0;
        let EndpointPath {
            namespace,
            component,
            endpoint,
        } = &self.path;
        let path = [namespace.as_str(), component.as_str(), endpoint.as_str()];
        Client::new(
            path,
            Arc::clone(&runtime.discovery),
            Arc::clone(&runtime.dialer),
            Arc::clone(&runtime.judging),
            options,
        )
        .await
    }
}

/// An endpoint that is being served, until it is stopped or the runtime shuts down.
#[derive(Clone)]
pub struct ServedEndpoint(Arc<Withdrawal>);

impl ServedEndpoint {
    pub fn instance_id(&self) -> u64 {
        self.0.runtime.instance_id()
    }

    /// Leaves discovery, takes no more calls, and lets running ones end within the runtime's budget; then cuts them off.
    pub async fn stop(&self) -> Result<()> {
        let result = self.0.withdraw().await;
        self.0.drain(self.0.runtime.0.settings.shutdown_timeout).await;
        let mut served = self.0.runtime.0.served.lock();
        served.retain(|other| !Arc::ptr_eq(other, &self.0));
        result
    }

    /// Resolves when the endpoint is no longer served.
    pub async fn closed(&self) {
        // The sender lives as long as this handle.
        let _ = self.0.closed.subscribe().wait_for(|closed| *closed).await;
    }

    /// Calls that its handler is working on.
    pub fn running_calls(&self) -> usize {
        self.0.served.running().count()
    }
}

/// How often registering is tried again because the instance id has changed meanwhile.
const NEW_IDS: usize = 8;

/// The way into discovery, and out of it and of the server's table, for one endpoint.
pub(super) struct Withdrawal {
    runtime: DistributedRuntime,
    path: EndpointPath,
    /// Where calls are taken.
    address: String,
    idempotent: bool,
    served: Arc<Served>,
    graceful: bool,
    contract: Option<ContractHash>,
    withdrawn: Mutex<bool>,
    /// Takes requests over NATS, where that is how they come: under the id that it was registered with.
    nats: Mutex<Option<(u64, NatsServing)>>,
    closed: watch::Sender<bool>,
}

impl Withdrawal {
    /// Appears in discovery, under the instance id of this moment. Without effect when it was withdrawn.
    pub(super) async fn register(&self) -> Result<()> {
        // Withdrawing waits for it.
        let withdrawn = self.withdrawn.lock().await;
        if *withdrawn {
            return Ok(());
        }
        let runtime = &self.runtime;
        let mut tries = 0..NEW_IDS;
        loop {
            let id = runtime.instance_id();
            self.listen_as(id).await?;
            let result = runtime.0.discovery.register(self.record(id)).await;
            if result.is_err() && runtime.instance_id() != id && tries.next().is_some() {
                continue;
            }
            if let (Ok(()), Some(system)) = (&result, runtime.system()) {
                system.set_endpoint(&self.path.to_string(), true);
            }
            return result;
        }
    }

    /// Takes requests over NATS under that id, where that is how they come.
    async fn listen_as(&self, id: u64) -> Result<()> {
        let inner = &self.runtime.0;
        let (Some(bus), Some(ingress)) = (inner.plane.nats(), inner.server.ingress()) else {
            return Ok(());
        };
        let mut nats = self.nats.lock().await;
        if nats.as_ref().is_some_and(|(known, _)| *known == id) {
            return Ok(());
        }
        let names = self.path.names();
        let (subject, path) = (endpoint_subject(id, names), endpoint_path(id, names));
        let server = Arc::clone(&inner.server);
        let serving = serve_nats(bus, ingress.clone(), server, &subject, path).await?;
        if let Some((_, old)) = nats.replace((id, serving)) {
            // What still comes for the old id is told that it is not there any more.
            tokio::spawn(old.stop());
        }
        Ok(())
    }

    fn record(&self, instance_id: u64) -> Instance {
        let EndpointPath {
            namespace,
            component,
            endpoint,
        } = self.path.clone();
        let address = self.address.clone();
        let inner = &self.runtime.0;
        let dynamo = inner.plane.speaks_dynamo();
        let names = self.path.names();
        // The original takes a record with one transport only.
        let transport = if inner.plane.nats().is_some() {
            Transport {
                nats_tcp: Some(endpoint_subject(instance_id, names)),
                ..Transport::default()
            }
        } else {
            Transport {
                tcp: dynamo.then(|| format!("{address}/{}", endpoint_path(instance_id, names))),
                ..Transport::default()
            }
        };
        Instance {
            transport,
            device_type: None,
            request_plane_codec: dynamo.then(|| inner.settings.dynamo.codec.as_str().to_owned()),
            namespace,
            component,
            endpoint,
            instance_id,
            stator: Some(Stator {
                address,
                versions: VERSIONS,
                idempotent: self.idempotent,
                contract: self.contract.map(|hash| hash.to_string()),
                nats_answers: inner.plane.nats().is_some() && inner.settings.dynamo.answers_by != AnswersBy::CallHome,
            }),
        }
    }

    pub(super) fn path(&self) -> &EndpointPath {
        &self.path
    }

    /// Leaves discovery first, so that callers who look go elsewhere; then refuses those who did not look.
    pub(super) async fn withdraw(&self) -> Result<()> {
        // Whoever comes second waits for the first.
        let mut withdrawn = self.withdrawn.lock().await;
        if *withdrawn {
            return Ok(());
        }
        let runtime = &self.runtime.0;
        let EndpointPath {
            namespace,
            component,
            endpoint,
        } = &self.path;
        let result = runtime.discovery.unregister(namespace, component, endpoint).await;
        if let Some(system) = self.runtime.system() {
            system.remove_endpoint(&self.path.to_string());
        }
        tokio::time::sleep(runtime.settings.grace_period).await;
        // Who asks from now on is told by NATS that nobody listens.
        let nats = self.nats.lock().await.take();
        if let Some((_, nats)) = nats {
            nats.stop().await;
        }
        runtime.server.remove(&self.path.to_string());
        self.release_contract();
        *withdrawn = true;
        result
    }

    fn release_contract(&self) {
        if let Some(hash) = self.contract {
            self.runtime.0.server.documents().release(hash);
        }
    }

    pub(super) fn is_graceful(&self) -> bool {
        self.graceful
    }

    /// Waits for running calls, if the endpoint wants that, and cuts off the rest. Returns how many those were.
    pub(super) async fn drain(&self, budget: Duration) -> usize {
        let budget = if self.graceful { budget } else { Duration::ZERO };
        let drained = tokio::time::timeout(budget, self.served.running().none()).await;
        let cut = match drained {
            Ok(()) => 0,
            Err(_) => self.runtime.0.server.cut_off(&self.served),
        };
        self.closed.send_replace(true);
        cut
    }
}
