use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// A text to be streamed back word by word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Words {
    /// The text: 1 byte to 1 MiB of UTF-8.
    #[contract(min_length = 1, max_length = 1_048_576)]
    pub text: String,
}
