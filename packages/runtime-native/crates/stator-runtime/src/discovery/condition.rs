use serde::Serialize;

/// How a back end fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    Connected,
    /// The back end is not reached: what was known last counts on, and calls go on.
    Degraded,
}
