use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// What a stream has beside its text.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct StreamOptions {
    /// A last chunk without choices says how many tokens the request took.
    pub include_usage: Option<bool>,
}
