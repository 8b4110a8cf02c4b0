//! `DistributedRuntime > Namespace > Component > Endpoint`: the object that applications hold.

mod connect;
mod endpoint;
mod events;
mod kv_slot;
mod membership;
mod path;
mod played;
mod queues;
mod settings;
mod shutdown;

pub use endpoint::{Component, Endpoint, Namespace, ServeOptions, ServedEndpoint};
pub use path::EndpointPath;
pub use settings::{DynamoSettings, Settings};
pub use shutdown::Shutdown;

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::{
    Result,
    client::{Dialer, judging::Judging},
    connection::{Connection, Hooks, Offer},
    discovery::Discovery,
    dynamo::{self, Faults, caller::CallHome, nats::Tunnels, worker::Ingress},
    identity::{ContractJudge, Verdicts},
    models::Models,
    plane::RequestPlane,
    queue::Queues,
    server::Server,
    system::{SystemServer, SystemState},
};

use endpoint::Withdrawal;
use events::Events;
use kv_slot::KvSlot;

/// One process's membership in a cluster: what it serves, whom it calls. Cheap to clone.
#[derive(Clone)]
pub struct DistributedRuntime(Arc<Inner>);

struct Inner {
    settings: Settings,
    discovery: Arc<dyn Discovery>,
    plane: Arc<dyn RequestPlane>,
    server: Arc<Server>,
    dialer: Arc<Dialer>,
    judging: Arc<Judging>,
    /// What peers on the original's wire did wrong.
    faults: Faults,
    served: Mutex<Vec<Arc<Withdrawal>>>,
    phase: watch::Sender<Phase>,
    shutdown: OnceLock<Shutdown>,
    system: OnceLock<System>,
    /// Present in runtimes made by [`DistributedRuntime::connect`].
    events: OnceLock<Events>,
    kv: KvSlot,
    models: Models,
    /// Present in runtimes made by [`DistributedRuntime::connect`].
    queues: OnceLock<Queues>,
    /// Hears of a new instance id before anything is served under it.
    on_instance_id: OnceLock<Box<dyn Fn(u64) + Send + Sync>>,
}

/// What operators see of a runtime.
struct System {
    state: SystemState,
    /// Present when the configuration wants one.
    server: Option<SystemServer>,
}

/// How far the runtime is with its shutdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Running,
    Draining,
    Closed,
}

impl DistributedRuntime {
    /// Joins a cluster. Call it inside a Tokio runtime; everything runs there.
    pub fn new(discovery: Arc<dyn Discovery>, plane: Arc<dyn RequestPlane>, settings: Settings, hooks: Hooks) -> Self {
        let settings = settings.checked();
        let offer = Offer {
            window: settings.window,
            max_message: settings.max_message,
            keep_alive: settings.keep_alive,
            timeout: settings.connect_timeout,
            hooks: hooks.clone(),
            to_runtime: false,
            security: settings.security.clone(),
        };
        let faults = Faults::default();
        let shared = plane.speaks_dynamo().then(|| dynamo::Shared {
            limits: Arc::new(dynamo::Limits {
                codec: settings.dynamo.codec,
                max_message: settings.max_message as usize,
                window: settings.window as usize,
                connect_timeout: settings.connect_timeout,
                ack_timeout: settings.dynamo.ack_timeout,
                nats_ack_timeout: settings.dynamo.nats_ack_timeout,
                answers_by: settings.dynamo.answers_by,
                home_timeout: settings.dynamo.home_timeout,
                keep_alive: settings.keep_alive,
            }),
            hooks,
            faults: faults.clone(),
            tunnels: plane.nats().map(|bus| {
                Tunnels::new(
                    Arc::clone(bus),
                    faults.clone(),
                    settings.keep_alive,
                    settings.window as usize,
                )
            }),
            security: settings.security.clone(),
        });
        let DynamoSettings {
            response_host,
            response_port,
            preferred,
            ..
        } = settings.dynamo.clone();
        let home = shared
            .clone()
            .map(|shared| CallHome::new(shared, response_host, response_port));
        let server = Server::new(offer.clone(), settings.max_calls, shared.map(Ingress::new));
        server.serve_as(discovery.connection_id());
        let dialer = Dialer::new(Arc::clone(&plane), offer, home, preferred);
        let models = Models::new(Arc::clone(&discovery));
        let runtime = Self(Arc::new(Inner {
            judging: Judging::new(Arc::clone(&dialer)),
            server,
            dialer,
            faults,
            settings,
            discovery,
            plane,
            served: Mutex::default(),
            phase: watch::Sender::new(Phase::Running),
            shutdown: OnceLock::new(),
            system: OnceLock::new(),
            events: OnceLock::new(),
            kv: KvSlot::default(),
            models,
            queues: OnceLock::new(),
            on_instance_id: OnceLock::new(),
        }));
        runtime.follow_membership();
        runtime
    }

    /// The id of everything that this process serves now. It changes when the discovery back end forgets this process,
    /// as etcd does with one that was suspended for longer than its lease.
    pub fn instance_id(&self) -> u64 {
        self.0.discovery.connection_id()
    }

    /// Which models are served, by this process and by everybody.
    pub fn models(&self) -> &Models {
        &self.0.models
    }

    /// One of `namespace.component.endpoint`, with or without `dyn://` before it.
    pub fn endpoint(&self, path: &str) -> Result<Endpoint> {
        Ok(Endpoint::new(self.clone(), EndpointPath::parse(path)?))
    }

    pub fn namespace(&self, name: &str) -> Result<Namespace> {
        Namespace::new(self.clone(), name)
    }

    /// Lets `judge` compare the contracts of this runtime's clients with those of instances. Call it before clients are
    /// made; the first judge stays. Without one, every contract is taken for compatible. `verdicts` may be shared by
    /// all runtimes of a process.
    pub fn judge_contracts(&self, judge: Arc<dyn ContractJudge>, verdicts: Arc<Verdicts>) {
        self.0.judging.appoint(judge, verdicts, self.system().cloned());
    }

    pub fn discovery(&self) -> &Arc<dyn Discovery> {
        &self.0.discovery
    }

    /// Calls that handlers of this process are working on.
    pub fn running_calls(&self) -> usize {
        self.0.server.running()
    }

    /// The connections of this process, accepted and dialled.
    pub fn connections(&self) -> Vec<Connection> {
        let mut connections = self.0.server.connections();
        connections.extend(self.0.dialer.connections());
        connections
    }

    /// Health and counters; present in runtimes made by [`DistributedRuntime::connect`].
    pub fn system(&self) -> Option<&SystemState> {
        self.0.system.get().map(|system| &system.state)
    }

    /// Where the system server listens, if it is on.
    pub fn system_address(&self) -> Option<SocketAddr> {
        let server = self.0.system.get()?.server.as_ref()?;
        Some(server.address())
    }

    /// What peers on the original's wire did wrong.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    pub fn phase(&self) -> Phase {
        *self.0.phase.borrow()
    }
}
