use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// The mark that an instance of a service leaves on what passes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Hop {
    /// The name of the service, such as `Backend`.
    pub service: String,
    /// The id of the instance. It uses all 64 bits, so it is a `bigint` in TypeScript.
    pub instance: u64,
}
