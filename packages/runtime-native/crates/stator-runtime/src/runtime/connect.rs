use std::sync::Arc;

use crate::{
    Error, ErrorCode, Result,
    config::{RequestPlane as PlaneChoice, RuntimeConfig},
    connection::{Hooks, NEVER},
    discovery,
    plane::{MemoryPlane, RequestPlane, TcpPlane},
    system::{SystemServer, SystemState},
};

use super::{DistributedRuntime, Settings, System};

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
        let discovery = discovery::connect(config.discovery_config()).await?;
        let plane: Arc<dyn RequestPlane> = match config.request_plane {
            PlaneChoice::Tcp | PlaneChoice::Dynamo => Arc::new(TcpPlane::new(
                config.host.clone(),
                config.port,
                config.connect_timeout(),
            )),
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
            dynamo: config.dynamo_settings(),
        };
        let state = SystemState::new(discovery.connection_id(), config.starting_health_status)?;
        state.watch_discovery(Arc::clone(&discovery))?;
        let server = match config.system_address() {
            Some(address) => Some(SystemServer::start(address, state.clone()).await?),
            None => None,
        };
        let runtime = Self::new(discovery, plane, settings, hooks);
        runtime
            .faults()
            .register(state.metrics().registry())
            .map_err(|error| Error::new(ErrorCode::Internal, format!("the metrics cannot be set up: {error}")))?;
        // The runtime is new, so the place is free.
        let _ = runtime.0.system.set(System { state, server });
        Ok(runtime)
    }
}
