use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use stator_runtime::identity::Standing;
use ts_rs::TS;

use crate::{kv_action::KvAction, model_action::ModelAction, queue_action::QueueAction};

/// Something that takes time: sent as JSON, answered by a `RESULT` event with the number that JavaScript gave.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Command {
    /// Serves an endpoint under the number `endpoint`.
    Serve {
        endpoint: u32,
        path: String,
        idempotent: bool,
        graceful_shutdown: bool,
        contract: Option<ServedContract>,
    },
    /// Withdraws an endpoint and lets its calls end.
    StopServing { endpoint: u32 },
    /// Makes the client with the number `client`; the result is its list of instances.
    Client {
        client: u32,
        path: String,
        idempotent: bool,
        wait_ms: u32,
        /// The hash of the contract that the caller was built with.
        contract: Option<String>,
    },
    /// Resolves when `min` instances are there; without a time limit it waits for ever.
    WaitForInstances {
        client: u32,
        min: u32,
        timeout_ms: Option<u32>,
    },
    /// Prefers others to an instance for so long.
    Avoid {
        client: u32,
        /// Decimal text.
        instance_id: String,
        time_ms: u32,
    },
    /// Forgets a client.
    CloseClient { client: u32 },
    /// Discovery in memory forgets this runtime, or takes it in again under another id: for tests.
    SetHeld { held: bool },
    /// An address in memory cannot be reached from here, or can again: for tests.
    SetReachable { address: String, reachable: bool },
    /// Leaves the cluster in order.
    Shutdown { timeout_ms: Option<u32> },
    /// Says whether this process is healthy, for the system server.
    SetHealth { ready: bool },
    /// Makes the publisher with the number `publisher`. The scope is `namespace`, `namespace.component` or
    /// `namespace.component.endpoint`.
    OpenPublisher {
        publisher: u32,
        scope: String,
        topic: String,
    },
    /// Makes the subscription with the number `subscription`; the capacity is that of the configuration if it is not given.
    Subscribe {
        subscription: u32,
        scope: String,
        topic: String,
        capacity: Option<u32>,
    },
    /// Ends a subscription.
    Unsubscribe { subscription: u32 },
    /// Asks something of the store.
    Kv { action: KvAction },
    /// Asks something about models.
    Model { action: ModelAction },
    /// Asks something of a queue.
    Queue { action: QueueAction },
    /// Answers a dispute.
    Judged { dispute: u32, judgement: Judgement },
    /// JavaScript answers questions from now on. One that takes longer than this counts as no.
    AnswerQuestions { patience_ms: u32 },
    /// Answers a question.
    Answered { question: u32, answer: Answer },
}

/// What JavaScript says to a question.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum Answer {
    Health {
        services: Vec<ServiceAnswer>,
    },
    /// Lines of Prometheus' text format.
    Metrics {
        text: String,
    },
}

/// How one service fares.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
pub struct ServiceAnswer {
    /// `namespace.component`.
    pub service: String,
    pub ready: bool,
    /// Why it is not.
    pub message: Option<String>,
}

/// The contract that an endpoint is served with.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
pub struct ServedContract {
    pub hash: String,
    /// JSON text.
    pub document: String,
}

/// Two contracts that are to be compared; the service's document stands beside it.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
pub struct Dispute {
    /// The hash of the caller's contract: 32 hex digits.
    pub ours: String,
    /// That of the service's.
    pub theirs: String,
    /// `namespace.component.endpoint`.
    pub path: String,
}

/// What JavaScript makes of a dispute.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Judgement {
    Compatible,
    /// With what breaks, one sentence each.
    Incompatible {
        breaks: Vec<String>,
    },
    /// There is no verdict, because of that problem.
    Unknown {
        problem: String,
    },
}

/// What the start of a runtime answers.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    /// Decimal text: JSON numbers lose digits above 2^53 in JavaScript.
    pub instance_id: String,
    /// Where the system server listens, if it does.
    pub system_address: Option<String>,
    /// A response that nobody reads is cancelled after this time; 0: never.
    pub unread_timeout_ms: u32,
    /// The largest message in bytes.
    pub max_message_bytes: u32,
}

/// What a shutdown answers.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct ShutDown {
    /// Calls that were still running when the time was up.
    pub cut_off: u32,
}

/// One instance in the list of a client.
#[derive(Debug, Clone, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct ListedInstance {
    /// Decimal text: JSON numbers lose digits above 2^53 in JavaScript.
    pub instance_id: String,
    /// The first part of the endpoint's path.
    pub namespace: String,
    /// The second part of the endpoint's path.
    pub component: String,
    /// The last part of the endpoint's path.
    pub endpoint: String,
    /// Where it takes calls: `IP:port`, `nats:<subject>` over NATS, or `memory:<n>` inside the process.
    pub address: String,
    /// Over which wire calls go there: `stator`, or `dynamo` for the original's.
    pub wire: String,
    /// The hash of the contract that it serves the endpoint with: 32 hex digits.
    pub contract: Option<String>,
    /// Whether the client can use it.
    pub compatibility: Compatibility,
    /// What makes it incompatible, one sentence each.
    pub breaks: Vec<String>,
}

/// Whether a client can use an instance, as far as contracts go.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, TS, Contract)]
#[serde(rename_all = "kebab-case")]
pub enum Compatibility {
    /// The contracts are the same or fit, or one side has none.
    Compatible,
    /// They are being compared: calls prefer others, and wait if there are none.
    Pending,
    /// They could not be compared: the instance is used when no other is left.
    Unknown,
    /// The instance gets no calls.
    Incompatible,
}

impl From<Standing> for Compatibility {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Compatible => Self::Compatible,
            Standing::Pending => Self::Pending,
            Standing::Unknown => Self::Unknown,
            Standing::Incompatible => Self::Incompatible,
        }
    }
}
