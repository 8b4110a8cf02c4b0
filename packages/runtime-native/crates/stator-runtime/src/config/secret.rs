use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// A text that no log and no message shows.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Only for whoever it is to be proven to.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.0.is_empty() { "none" } else { "***" })
    }
}
