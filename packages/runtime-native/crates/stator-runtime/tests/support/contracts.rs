//! Contracts whose documents say themselves what a judge makes of them, and a judge who does as they say.

use std::sync::Arc;

use parking_lot::Mutex;
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    client::{Client, ClientOptions},
    discovery::BoxFuture,
    identity::{ContractHash, ContractJudge, Dispute, EndpointContract, Verdict, Verdicts},
    runtime::ServeOptions,
    server::{AsyncHandler, IncomingCall},
};
use tokio::sync::{Semaphore, mpsc};

use super::{Cluster, PATH, text};

/// What the judge understands by a document.
pub const FITS: &str = "fits";
pub const BREAKS: &str = "breaks";
pub const UNREADABLE: &str = "unreadable";

/// What breaks in [`BREAKS`].
pub const REASON: &str = "request text: the reader takes a length of at most 100, the writer has no limit";

/// A hash for each number.
pub fn hash(number: u8) -> ContractHash {
    ContractHash::from_bytes([number; ContractHash::BYTES])
}

pub fn contract(number: u8, document: &str) -> EndpointContract {
    EndpointContract {
        hash: hash(number),
        document: document.into(),
    }
}

/// Judges as documents say, when its gate lets it, and tells of each dispute.
pub struct FakeJudge {
    gate: Arc<Semaphore>,
    heard: mpsc::UnboundedSender<Dispute>,
}

/// The other end of a [`FakeJudge`].
pub struct Court {
    pub judge: Arc<FakeJudge>,
    pub verdicts: Arc<Verdicts>,
    gate: Arc<Semaphore>,
    heard: Mutex<mpsc::UnboundedReceiver<Dispute>>,
}

impl ContractJudge for FakeJudge {
    fn judge(&self, dispute: Dispute) -> BoxFuture<'static, Result<Verdict>> {
        let gate = Arc::clone(&self.gate);
        // The receiver may be gone at the end of a test.
        let _ = self.heard.send(dispute.clone());
        Box::pin(async move {
            let permit = gate.acquire().await;
            drop(permit);
            match &*dispute.document {
                FITS => Ok(Verdict::Compatible),
                BREAKS => Ok(Verdict::incompatible([REASON.to_owned(), "another".to_owned()])),
                _ => Err(Error::new(ErrorCode::Protocol, "the document is not readable")),
            }
        })
    }
}

impl Court {
    pub fn open() -> Self {
        let court = Self::closed();
        court.let_judge();
        court
    }

    /// Its judge does not judge before [`Court::let_judge`].
    pub fn closed() -> Self {
        let gate = Arc::new(Semaphore::new(0));
        let (heard, receiver) = mpsc::unbounded_channel();
        Self {
            judge: Arc::new(FakeJudge {
                gate: Arc::clone(&gate),
                heard,
            }),
            verdicts: Arc::default(),
            gate,
            heard: Mutex::new(receiver),
        }
    }

    pub fn let_judge(&self) {
        self.gate.add_permits(1);
    }

    /// Disputes that nobody has looked at.
    pub fn disputes(&self) -> Vec<Dispute> {
        let mut heard = self.heard.lock();
        std::iter::from_fn(|| heard.try_recv().ok()).collect()
    }

    /// The next dispute.
    pub async fn dispute(&self) -> Dispute {
        loop {
            if let Ok(dispute) = self.heard.lock().try_recv() {
                return dispute;
            }
            tokio::task::yield_now().await;
        }
    }

    /// A runtime whose clients are judged here.
    pub fn runtime(&self, cluster: &Cluster) -> Result<DistributedRuntime> {
        let runtime = cluster.runtime()?;
        runtime.judge_contracts(self.judge.clone(), Arc::clone(&self.verdicts));
        Ok(runtime)
    }

    /// A client of [`PATH`] that was built with contract `number`.
    pub async fn client(&self, cluster: &Cluster, number: u8) -> Result<Client> {
        self.client_with(
            cluster,
            ClientOptions {
                contract: Some(hash(number)),
                ..ClientOptions::default()
            },
        )
        .await
    }

    pub async fn client_with(&self, cluster: &Cluster, options: ClientOptions) -> Result<Client> {
        self.runtime(cluster)?.endpoint(PATH)?.client(options).await
    }
}

impl Cluster {
    /// A worker of [`PATH`] that serves with a contract, if given, and answers with its instance id.
    pub async fn versioned(&self, contract: Option<EndpointContract>) -> Result<DistributedRuntime> {
        let runtime = self.runtime()?;
        let id = runtime.instance_id();
        let handler = AsyncHandler::new(move |call: IncomingCall| async move {
            call.next().await?;
            call.send(text(&id.to_string())).await
        });
        let options = ServeOptions {
            contract,
            ..ServeOptions::default()
        };
        runtime.endpoint(PATH)?.serve(handler, options).await?;
        Ok(runtime)
    }
}
