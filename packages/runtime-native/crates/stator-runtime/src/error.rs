//! The closed list of error codes and the one error type of the runtime.

mod code;
mod details;
mod remedy;

pub use code::ErrorCode;
pub use details::Details;
pub use remedy::Remedy;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error as callers see it and as it travels on the wire (JSON).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract, thiserror::Error)]
#[ts(rename = "WireError")]
#[error("{code}: {message}")]
pub struct Error {
    pub code: ErrorCode,
    /// What was wrong, where, and what to do about it.
    pub message: String,
    /// Name of the error class that a handler threw, or of the declared type, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Stack of the remote handler; only sent by a development server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// Public facts about the error, any JSON value; of a declared error, its value.
    #[contract(as = "Option<serde_json::Value>")]
    #[ts(as = "Option<serde_json::Value>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Details>,
    /// The HTTP status that a front end answers with, when it is not that of the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The instance that produced the error: decimal text, because JSON numbers lose digits above 2^53 in JavaScript.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

impl Error {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            name: None,
            stack: None,
            details: None,
            status: None,
            instance: None,
        }
    }

    /// The HTTP status that a front end answers with. What is no error status does not count.
    pub fn http_status(&self) -> u16 {
        self.status
            .filter(|status| (400..=599).contains(status))
            .unwrap_or_else(|| self.code.http_status())
    }

    /// The same error, marked as coming from `instance_id` unless it already names one.
    #[must_use]
    pub fn from_instance(mut self, instance_id: u64) -> Self {
        self.instance.get_or_insert_with(|| instance_id.to_string());
        self
    }
}
