//! Runtimes for tests: two of them share one store, over TCP or over memory.
#![allow(dead_code, reason = "each test file uses a part")]

use std::{future::Future, sync::Arc, time::Duration};

use stator_runtime::{
    DistributedRuntime, Result,
    client::{Client, ClientOptions},
    connection::Hooks,
    discovery::{MemoryDiscovery, MemoryStore},
    payload::Payload,
    plane::{MemoryPlane, RequestPlane, TcpPlane},
    runtime::{ServeOptions, ServedEndpoint, Settings},
    server::{AsyncHandler, IncomingCall},
};

pub const PATH: &str = "test.worker.run";

/// Which plane a test runs on. Each behaviour must hold on both.
#[derive(Debug, Clone, Copy)]
pub enum On {
    Tcp,
    Memory,
}

pub struct Cluster {
    on: On,
    store: MemoryStore,
    settings: Settings,
}

impl Cluster {
    pub fn new(on: On) -> Self {
        Self::with(on, Settings::default())
    }

    pub fn with(on: On, settings: Settings) -> Self {
        Self {
            on,
            store: MemoryStore::new(),
            settings,
        }
    }

    pub fn runtime(&self) -> Result<DistributedRuntime> {
        let plane: Arc<dyn RequestPlane> = match self.on {
            On::Tcp => Arc::new(TcpPlane::new("127.0.0.1".to_owned(), 0, Duration::from_secs(5))),
            On::Memory => Arc::new(MemoryPlane::default()),
        };
        let discovery = Arc::new(MemoryDiscovery::connect(self.store.clone())?);
        Ok(DistributedRuntime::new(
            discovery,
            plane,
            self.settings.clone(),
            Hooks::default(),
        ))
    }

    /// A runtime that serves [`PATH`] with `function`.
    pub async fn worker<F, Fut>(
        &self,
        options: ServeOptions,
        function: F,
    ) -> Result<(DistributedRuntime, ServedEndpoint)>
    where
        F: Fn(IncomingCall) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        let runtime = self.runtime()?;
        let served = runtime
            .endpoint(PATH)?
            .serve(AsyncHandler::new(function), options)
            .await?;
        Ok((runtime, served))
    }

    /// A client of [`PATH`] that knows `min` workers.
    pub async fn client(&self, min: usize) -> Result<Client> {
        self.client_with(min, ClientOptions::default()).await
    }

    pub async fn client_with(&self, min: usize, options: ClientOptions) -> Result<Client> {
        let client = self.runtime()?.endpoint(PATH)?.client(options).await?;
        client.wait_for_instances(min, Some(Duration::from_secs(5))).await?;
        Ok(client)
    }
}

pub fn text(value: &str) -> Payload {
    Payload::text(value.to_owned())
}

pub fn read(payload: &Payload) -> String {
    String::from_utf8_lossy(&payload.data).into_owned()
}

/// Runs a test body on a Tokio runtime, on both planes; a hang fails.
pub fn on_both_planes<Fut: Future<Output = Result<()>>>(body: impl Fn(On) -> Fut) -> Result<()> {
    for on in [On::Tcp, On::Memory] {
        run(body(on)).map_err(|mut error| {
            error.message = format!("on {on:?}: {}", error.message);
            error
        })?;
    }
    Ok(())
}

pub fn run(body: impl Future<Output = Result<()>>) -> Result<()> {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let Ok(tokio) = tokio else { panic!("no Tokio runtime") };
    tokio.block_on(async {
        match tokio::time::timeout(Duration::from_secs(60), body).await {
            Ok(result) => result,
            Err(_) => panic!("the test hangs"),
        }
    })
}
