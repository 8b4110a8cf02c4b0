use std::sync::Arc;

use crate::{
    Result,
    config::{EventPlane as EventPlaneChoice, RequestPlane as PlaneChoice, RuntimeConfig},
    connection::{Hooks, NEVER},
    discovery::{self, Discovery},
    dynamo::nats::Bus,
    events::{
        Bounds, DEFAULT_BOUNDS, EventHub, EventMetrics, EventPlane, SubscribeOptions,
        memory::{MemoryBus, MemoryEventPlane},
        nats::NatsEventPlane,
        zmq::{ZmqEventPlane, ZmqOptions},
    },
    plane::{MemoryPlane, NatsPlane, RequestPlane, TcpPlane},
    queue::{QueueMetrics, Queues},
    system::{SystemServer, SystemState},
};

use super::{DistributedRuntime, Settings, System, events::Events};

impl DistributedRuntime {
    /// Joins the cluster that `config` names. Call it inside a Tokio runtime; everything runs there.
    pub async fn connect(config: &RuntimeConfig, hooks: Hooks) -> Result<Self> {
        if config.etcd_follows_from_endpoints() {
            tracing::warn!(
                etcd = config.etcd_endpoints,
                "discovery goes through etcd, because its endpoints are set; set the back end to say so \
                 (discovery: \"etcd\", DYN_DISCOVERY_BACKEND=etcd), or to choose another"
            );
        }
        let security = config.security()?;
        let discovery = discovery::connect(config.discovery_config()).await?;
        let tcp =
            || TcpPlane::new(config.host.clone(), config.port, config.connect_timeout()).secured(security.clone());
        let mut bus = None;
        let plane: Arc<dyn RequestPlane> = match config.request_plane {
            PlaneChoice::Tcp | PlaneChoice::Dynamo => Arc::new(tcp()),
            PlaneChoice::Nats => {
                let connected = Bus::connect(&config.nats_options()).await?;
                Arc::new(NatsPlane::new(Arc::clone(bus.insert(connected)), tcp()))
            }
            PlaneChoice::Memory => Arc::new(MemoryPlane::default()),
        };
        let settings = Settings {
            window: config.stream_window_bytes,
            max_message: config.max_message_bytes,
            max_calls: config.max_concurrent_calls as usize,
            keep_alive: config.keep_alive().unwrap_or(NEVER),
            connect_timeout: config.connect_timeout(),
            shutdown_timeout: config.shutdown_timeout(),
            grace_period: config.grace_period(),
            security: security.clone(),
            dynamo: config.dynamo_settings(),
        };
        let state = SystemState::new(discovery.connection_id(), config.starting_health_status)?;
        state.watch_discovery(Arc::clone(&discovery))?;
        if let Some(bus) = bus {
            bus.metrics().register(state.metrics().registry())?;
        }
        let events = connect_events(config, &discovery, &state).await?;
        let queue_metrics = QueueMetrics::new()?;
        queue_metrics.register(state.metrics().registry())?;
        let server = match config.system_address() {
            Some(address) => Some(SystemServer::start(address, state.clone()).await?),
            None => None,
        };
        let runtime = Self::new(discovery, plane, settings, hooks);
        runtime.0.kv.configure(config.kv_config());
        runtime.faults().register(state.metrics().registry())?;
        security.refusals().register(state.metrics().registry())?;
        // The runtime is new, so the places are free.
        let _ = runtime.0.events.set(events);
        let _ = runtime.0.queues.set(Queues::new(config.queue_config(), queue_metrics));
        let _ = runtime.0.system.set(System { state, server });
        Ok(runtime)
    }
}

async fn connect_events(config: &RuntimeConfig, discovery: &Arc<dyn Discovery>, state: &SystemState) -> Result<Events> {
    let metrics = EventMetrics::new()?;
    metrics.register(state.metrics().registry())?;
    let max_bytes = config.max_message_bytes as usize;
    let plane: Arc<dyn EventPlane> = match config.event_plane {
        EventPlaneChoice::Memory => Arc::new(MemoryEventPlane::new(MemoryBus::named(&config.memory_cluster))),
        EventPlaneChoice::Nats => Arc::new(NatsEventPlane::connect(&config.nats_options(), metrics.clone()).await?),
        EventPlaneChoice::Zmq => {
            let options = ZmqOptions {
                host: config.event_address(),
                max_message: max_bytes,
                stays_here: config.is_guarded() && !config.allow_plaintext,
            };
            Arc::new(ZmqEventPlane::new(options, Arc::clone(discovery), metrics.clone())?)
        }
    };
    Ok(Events {
        hub: EventHub::new(plane, Arc::clone(discovery), metrics, max_bytes),
        subscribe: SubscribeOptions {
            bounds: Bounds {
                count: config.event_queue_capacity as usize,
                ..DEFAULT_BOUNDS
            },
        },
    })
}
