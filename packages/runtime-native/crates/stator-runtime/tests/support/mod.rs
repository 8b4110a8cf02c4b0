//! Runtimes for tests: two of them share one store, over TCP or over memory.
#![allow(dead_code, reason = "each test file uses a part")]

pub mod authority;
pub mod contracts;
pub mod feeder;
pub mod panics;
pub mod raw;
pub mod upstream;

use std::{
    future::Future,
    sync::{Arc, LazyLock},
    time::Duration,
};

use stator_runtime::{
    DistributedRuntime, ErrorCode, Result,
    client::{Client, ClientOptions},
    connection::Hooks,
    discovery::{MemoryDiscovery, MemoryStore},
    payload::Payload,
    plane::{MemoryPlane, RequestPlane, TcpPlane},
    runtime::{ServeOptions, ServedEndpoint, Settings},
    security::Security,
    server::{AsyncHandler, IncomingCall},
};

use authority::Authority;
use raw::RawWorker;

/// Longer than any test takes, also when others keep the processors busy.
const HANG: Duration = Duration::from_secs(180);

pub const PATH: &str = "test.worker.run";

/// Which plane a test runs on. Each behaviour must hold on all of them.
#[derive(Debug, Clone, Copy)]
pub enum On {
    Tcp,
    /// TCP whose sockets an embedder reads, as the bindings do.
    Fed,
    /// The original's wire over TCP.
    Dynamo,
    Memory,
    /// The first three with TLS, and certificates on both sides.
    Tls,
    TlsFed,
    TlsDynamo,
}

impl On {
    pub fn is_dynamo(self) -> bool {
        matches!(self, Self::Dynamo | Self::TlsDynamo)
    }
}

/// Signs the certificates of clusters with TLS.
static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

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

    /// A connection of its own to what the cluster's runtimes discover.
    pub fn discovery(&self) -> Result<MemoryDiscovery> {
        MemoryDiscovery::connect(self.store.clone())
    }

    /// An instance of [`PATH`] that the test serves by hand (TCP).
    pub async fn raw_worker(&self, idempotent: bool) -> Result<RawWorker> {
        RawWorker::new(self.discovery()?, PATH, idempotent).await
    }

    /// An instance of [`PATH`] that is in discovery and nowhere else. It stays there as long as this lives.
    pub async fn unreachable(&self) -> Result<MemoryDiscovery> {
        let address = match self.on {
            // Bound and let go: nobody listens there.
            On::Tcp | On::Fed | On::Dynamo | On::Tls | On::TlsFed | On::TlsDynamo => {
                std::net::TcpListener::bind("127.0.0.1:0")
                    .and_then(|listener| listener.local_addr())
                    .map_or_else(|error| panic!("no port: {error}"), |address| address.to_string())
            }
            On::Memory => "memory:nobody".to_owned(),
        };
        let discovery = self.discovery()?;
        raw::register(&discovery, PATH, address, false).await?;
        Ok(discovery)
    }

    pub fn runtime(&self) -> Result<DistributedRuntime> {
        let mut settings = self.settings.clone();
        if matches!(self.on, On::Tls | On::TlsFed | On::TlsDynamo) {
            settings.security = Security::new(Some(&AUTHORITY.member()), None, false)?;
        }
        let plane: Arc<dyn RequestPlane> = match self.on {
            On::Tcp | On::Fed | On::Dynamo | On::Tls | On::TlsFed | On::TlsDynamo => Arc::new(
                TcpPlane::new("127.0.0.1".to_owned(), 0, Duration::from_secs(5)).secured(settings.security.clone()),
            ),
            On::Memory => Arc::new(MemoryPlane::default()),
        };
        let discovery = Arc::new(MemoryDiscovery::connect(self.store.clone())?);
        settings.dynamo.preferred = self.on.is_dynamo();
        Ok(DistributedRuntime::new(
            discovery,
            plane,
            settings,
            match self.on {
                On::Fed | On::TlsFed => feeder::hooks(),
                On::Memory => Hooks {
                    takes_over: true,
                    ..Hooks::default()
                },
                On::Tcp | On::Dynamo | On::Tls | On::TlsDynamo => Hooks::default(),
            },
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

/// A handler that answers with the id of its worker, to be made with [`Cluster::named`].
pub const NAME: &str = "name";

impl Cluster {
    /// Workers whose handlers answer [`NAME`] with their instance id and hang on anything else until stopped.
    pub async fn named(&self, count: usize) -> Result<Vec<DistributedRuntime>> {
        let mut workers = Vec::new();
        for _ in 0..count {
            let runtime = self.runtime()?;
            let id = runtime.instance_id();
            let handler = AsyncHandler::new(move |call: IncomingCall| async move {
                let request = call.next().await?;
                if request.as_ref().map(read).as_deref() == Some(NAME) {
                    return call.send(text(&id.to_string())).await;
                }
                call.send(text("hanging")).await?;
                call.stopped().await;
                Ok(())
            });
            runtime.endpoint(PATH)?.serve(handler, ServeOptions::default()).await?;
            workers.push(runtime);
        }
        workers.sort_by_key(DistributedRuntime::instance_id);
        Ok(workers)
    }
}

/// Lets others run until something holds that no event announces.
pub async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

/// The code of what should have failed.
pub fn code<T>(result: Result<T>) -> Option<ErrorCode> {
    result.err().map(|error| error.code)
}

/// A text as JSON, which the original's wire wants.
pub fn text(value: &str) -> Payload {
    Payload::text(serde_json::Value::from(value).to_string())
}

/// What [`text`] made, or whatever came as it is.
pub fn read(payload: &Payload) -> String {
    serde_json::from_slice(&payload.data).unwrap_or_else(|_| String::from_utf8_lossy(&payload.data).into_owned())
}

/// Every plane and wire; TCP in both ways of reading it.
const PLANES: [On; 4] = [On::Tcp, On::Fed, On::Dynamo, On::Memory];

/// Those over sockets, encrypted.
const ENCRYPTED: [On; 3] = [On::Tls, On::TlsFed, On::TlsDynamo];

/// Runs a test body on a Tokio runtime, on every plane and wire; a hang fails.
pub fn on_both_planes<Fut: Future<Output = Result<()>>>(body: impl Fn(On) -> Fut) -> Result<()> {
    on_each(&PLANES, body)
}

/// The same with TLS too: for what encryption could change.
pub fn on_all_planes<Fut: Future<Output = Result<()>>>(body: impl Fn(On) -> Fut) -> Result<()> {
    on_each(&PLANES, &body)?;
    on_each(&ENCRYPTED, body)
}

fn on_each<Fut: Future<Output = Result<()>>>(planes: &[On], body: impl Fn(On) -> Fut) -> Result<()> {
    for &on in planes {
        run(body(on)).map_err(|mut error| {
            error.message = format!("on {on:?}: {}", error.message);
            error
        })?;
    }
    Ok(())
}

pub fn run(body: impl Future<Output = Result<()>>) -> Result<()> {
    run_on("test", body)
}

/// Runs a test body on threads of this name.
fn run_on(threads: &str, body: impl Future<Output = Result<()>>) -> Result<()> {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .thread_name(threads)
        .worker_threads(2)
        .enable_all()
        .build();
    let Ok(tokio) = tokio else { panic!("no Tokio runtime") };
    tokio.block_on(async {
        match tokio::time::timeout(HANG, body).await {
            Ok(result) => result,
            Err(_) => panic!("the test hangs"),
        }
    })
}
