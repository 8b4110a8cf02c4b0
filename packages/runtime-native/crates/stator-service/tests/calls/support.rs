//! A contract with calls of all kinds, and a service behind it.

use std::{fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use stator_contract::{Contract, Stream, contract_service};
use stator_runtime::{
    connection::Hooks,
    discovery::{MemoryDiscovery, MemoryStore},
    plane::TcpPlane,
    runtime::Settings,
};
use stator_service::{Context, DistributedRuntime, Failure, Incoming, Items, Result};
use tokio::sync::mpsc;
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Words {
    #[contract(max_length = 64)]
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct Numbers {
    pub unsigned: u64,
    pub signed: i64,
    #[contract(max = 100.0)]
    pub ratio: f64,
}

/// Why a text was not taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TakeError {
    /// The text is too long.
    #[contract(status = 413)]
    TooLong { limit: u64 },
    Broken {
        #[contract(max = 1)]
        small: u8,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct OtherError {
    pub why: String,
}

impl fmt::Display for OtherError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "because of {}", self.why)
    }
}

/// Calls of all kinds.
#[contract_service(namespace = "test", service)]
pub trait Kinds {
    #[endpoint(idempotent)]
    async fn one(&self, request: Words) -> Result<Numbers, TakeError>;
    fn many(&self, request: Words) -> Result<Stream<Numbers>, OtherError>;
    async fn collect(&self, requests: Stream<Numbers>) -> Result<Numbers, OtherError>;
    /// Answers each request with itself.
    fn echo(&self, requests: Stream<Words>) -> Stream<Words>;
    #[endpoint(timeout_ms = 50)]
    async fn slow(&self, request: Words) -> Numbers;
    async fn who(&self, request: Words) -> Words;
}

/// What a handler saw.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    Started,
    Sent(u64),
    Stopped,
    Dropped,
}

pub struct Service {
    pub seen: mpsc::UnboundedSender<Seen>,
    pub next: Option<KindsClient>,
}

pub struct OnDrop(mpsc::UnboundedSender<Seen>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        let _ = self.0.send(Seen::Dropped);
    }
}

pub fn numbers(unsigned: u64) -> Numbers {
    Numbers {
        unsigned,
        signed: i64::MIN,
        ratio: 0.5,
    }
}

pub fn words(text: &str) -> Words {
    Words { text: text.to_owned() }
}

impl KindsService for Service {
    async fn one(&self, request: Words, _: Context) -> Result<Numbers, Failure<TakeError>> {
        match request.text.as_str() {
            "long" => Err(TakeError::TooLong { limit: u64::MAX }.into()),
            "broken error" => Err(TakeError::Broken { small: 2 }.into()),
            "broken answer" => Ok(Numbers {
                ratio: f64::NAN,
                ..numbers(1)
            }),
            "code" => Err(Failure::new(stator_service::ErrorCode::Overloaded, "later")),
            "io" => {
                std::fs::File::open("/no/such/file").map_err(Failure::internal)?;
                Ok(numbers(0))
            }
            "panic" => panic!("on purpose"),
            _ => Ok(numbers(u64::MAX)),
        }
    }

    async fn many(
        &self,
        request: Words,
        items: Items<Numbers, OtherError>,
        context: Context,
    ) -> Result<(), Failure<OtherError>> {
        let _dropped = OnDrop(self.seen.clone());
        let _ = self.seen.send(Seen::Started);
        let count: u64 = match request.text.as_str() {
            "endless" => u64::MAX,
            "until stopped" => {
                items.send(numbers(0)).await?;
                context.stopped().await;
                let _ = self.seen.send(Seen::Stopped);
                items.send(numbers(1)).await?;
                return Ok(());
            }
            text => text.parse().map_err(Failure::internal)?,
        };
        for index in 0..count {
            items.send(numbers(index)).await?;
            let _ = self.seen.send(Seen::Sent(index));
        }
        let why = "the end".to_owned();
        Err(OtherError { why }.into())
    }

    async fn collect(
        &self,
        mut requests: Incoming<Numbers, OtherError>,
        _: Context,
    ) -> Result<Numbers, Failure<OtherError>> {
        let mut sum = 0u64;
        while let Some(request) = requests.next().await? {
            if request.unsigned == 13 {
                let why = "13".to_owned();
                return Err(OtherError { why }.into());
            }
            sum = sum.wrapping_add(request.unsigned);
        }
        Ok(numbers(sum))
    }

    async fn echo(&self, mut requests: Incoming<Words>, items: Items<Words>, _: Context) -> Result<(), Failure> {
        while let Some(request) = requests.next().await? {
            items.send(request).await?;
        }
        Ok(())
    }

    async fn slow(&self, _: Words, _: Context) -> Result<Numbers, Failure> {
        let _dropped = OnDrop(self.seen.clone());
        let _ = self.seen.send(Seen::Started);
        std::future::pending().await
    }

    /// What the call knows of itself, or what the next service says.
    async fn who(&self, request: Words, context: Context) -> Result<Words, Failure> {
        if let (Some(next), "next") = (&self.next, request.text.as_str()) {
            return next.who(words("here")).await;
        }
        if request.text == "contract" {
            return Ok(words(&context.caller_contract().unwrap_or_default()));
        }
        let left = context
            .time_left()
            .map_or_else(|| "none".to_owned(), |left| (left.as_secs() / 10).to_string());
        Ok(words(&format!(
            "{} {} {left}",
            context.id(),
            context.metadata_of("trace").unwrap_or("nothing"),
        )))
    }
}

/// Runtimes that find each other.
pub struct Cluster(MemoryStore);

impl Cluster {
    pub fn new() -> Self {
        Self(MemoryStore::new())
    }

    pub fn runtime(&self) -> Result<DistributedRuntime> {
        let plane = TcpPlane::new("127.0.0.1".to_owned(), 0, Duration::from_secs(5));
        let discovery = Arc::new(MemoryDiscovery::connect(self.0.clone())?);
        Ok(DistributedRuntime::new(
            discovery,
            Arc::new(plane),
            Settings::default(),
            Hooks::default(),
        ))
    }

    /// Serves the contract. Gives its runtime and what its handlers see.
    pub async fn serve(
        &self,
        next: Option<KindsClient>,
    ) -> Result<(DistributedRuntime, mpsc::UnboundedReceiver<Seen>)> {
        let (seen, events) = mpsc::unbounded_channel();
        let runtime = self.runtime()?;
        KindsContract::serve(Service { seen, next }).register(&runtime).await?;
        Ok((runtime, events))
    }

    pub async fn client(&self) -> Result<KindsClient> {
        let client = KindsClient::connect(&self.runtime()?).await?;
        client.wait_for_instances(Some(Duration::from_secs(10))).await?;
        Ok(client)
    }
}
