use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

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
    },
    /// Withdraws an endpoint and lets its calls end.
    StopServing { endpoint: u32 },
    /// Makes the client with the number `client`; the result is its list of instances.
    Client {
        client: u32,
        path: String,
        idempotent: bool,
        wait_ms: u32,
    },
    /// Resolves when `min` instances are there; without a time limit it waits for ever.
    WaitForInstances {
        client: u32,
        min: u32,
        timeout_ms: Option<u32>,
    },
    /// Forgets a client.
    CloseClient { client: u32 },
    /// Leaves the cluster in order.
    Shutdown { timeout_ms: Option<u32> },
    /// Says whether this process is healthy, for the system server.
    SetHealth { ready: bool },
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
    pub namespace: String,
    pub component: String,
    pub endpoint: String,
    /// Where it takes calls: `IP:port`, or `memory:<n>` inside the process.
    pub address: String,
    /// Over which wire calls go there: `stator`, or `dynamo` for the original's.
    pub wire: String,
}
