//! Runtimes of one process, which find each other in memory and call through the codec of the wire.

use std::{sync::Arc, time::Duration};

use stator_runtime::{
    DistributedRuntime, Result,
    client::{Client, ClientOptions, Router},
    connection::Hooks,
    discovery::{Discovery, Instance, MemoryDiscovery, MemoryStore, Stator, Transport},
    payload::Payload,
    plane::MemoryPlane,
    runtime::{ServeOptions, Settings},
    server::{AsyncHandler, IncomingCall},
};
use tokio::runtime::Runtime;

const PATH: &str = "bench.worker.run";

/// A request of 64 characters, as `bench/messages.ts` has it.
pub const ECHO: &str = r#"{"seq":1000001,"text":"the quick brown fox jumps over it all o"}"#;

/// One item of a stream, as `bench/messages.ts` has it.
pub const TOKEN: &str = r#"{"index":7,"token_id":1007,"text":" tok","finish_reason":null}"#;

/// A Tokio runtime of one thread, as the addon has one for its core.
///
/// # Panics
/// When the system gives no runtime.
pub fn tokio() -> Runtime {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => panic!("no runtime: {error}"),
    }
}

/// What finds each other.
#[derive(Default)]
pub struct Cluster {
    store: MemoryStore,
    workers: Vec<DistributedRuntime>,
    registered: Vec<MemoryDiscovery>,
}

impl Cluster {
    fn runtime(&self) -> Result<DistributedRuntime> {
        let discovery = Arc::new(MemoryDiscovery::connect(self.store.clone())?);
        let plane = Arc::new(MemoryPlane::default());
        Ok(DistributedRuntime::new(
            discovery,
            plane,
            Settings::default(),
            Hooks::default(),
        ))
    }

    /// Adds instances that send `items` tokens for each request; with none they send the request back.
    pub async fn serve(&mut self, count: usize, items: usize) -> Result<()> {
        for _ in 0..count {
            let runtime = self.runtime()?;
            let handler = AsyncHandler::new(move |call: IncomingCall| async move {
                let Some(request) = call.next().await? else {
                    return Ok(());
                };
                if items == 0 {
                    return call.send_last(request).await;
                }
                for _ in 0..items {
                    call.send(Payload::text(TOKEN)).await?;
                }
                Ok(())
            });
            runtime.endpoint(PATH)?.serve(handler, ServeOptions::default()).await?;
            self.workers.push(runtime);
        }
        Ok(())
    }

    /// A client that knows so many instances.
    pub async fn client(&self, count: usize, router: Router) -> Result<Client> {
        let options = ClientOptions {
            router,
            ..ClientOptions::default()
        };
        let client = self.runtime()?.endpoint(PATH)?.client(options).await?;
        client.wait_for_instances(count, Some(Duration::from_secs(60))).await?;
        Ok(client)
    }

    /// Adds records of instances that nobody calls.
    pub async fn register(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            let discovery = MemoryDiscovery::connect(self.store.clone())?;
            put(&discovery).await?;
            self.registered.push(discovery);
        }
        Ok(())
    }

    /// One that can come and go.
    pub fn visitor(&self) -> Result<MemoryDiscovery> {
        MemoryDiscovery::connect(self.store.clone())
    }
}

/// Registers one instance.
pub async fn put(discovery: &MemoryDiscovery) -> Result<()> {
    let instance = Instance {
        namespace: "bench".to_owned(),
        component: "worker".to_owned(),
        endpoint: "run".to_owned(),
        instance_id: discovery.connection_id(),
        transport: Transport::default(),
        device_type: None,
        request_plane_codec: None,
        stator: Some(Stator {
            address: "memory:nobody".to_owned(),
            versions: stator_runtime::wire::handshake::VERSIONS,
            idempotent: false,
            contract: None,
            nats_answers: false,
        }),
    };
    discovery.register(instance).await
}

/// Takes it away again.
pub async fn take(discovery: &MemoryDiscovery) -> Result<()> {
    discovery.unregister("bench", "worker", "run").await
}
