use std::any::Any;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::crossed::Crossed;

/// Why a call of a binding failed. TypeScript has the same list as `BindingErrorCode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// An argument does not have the type that Rust wants.
    InvalidArgument,
    /// What came back does not have the declared type.
    InvalidResult,
    /// Rust panicked.
    Internal,
    /// An earlier panic left the object half changed.
    Poisoned,
    /// The object was closed.
    Closed,
    /// The object is in use by a call that is still running.
    Busy,
    /// The caller gave up.
    Cancelled,
    /// Too many calls are under way.
    Overloaded,
    /// Rust returned an error that is a sentence.
    Failed,
    /// Rust returned an error of a declared type.
    Declared,
    /// A function that JavaScript gave threw.
    CallbackFailed,
    /// The addon of this platform is not there.
    AddonMissing,
    /// The addon was built from other sources than the stubs.
    VersionMismatch,
}

/// A call that failed, on its way to JavaScript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub code: FailureCode,
    pub message: String,
    /// The declared error as JSON.
    pub value: Option<String>,
}

impl FailureCode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::InvalidResult => "invalid_result",
            Self::Internal => "internal",
            Self::Poisoned => "poisoned",
            Self::Closed => "closed",
            Self::Busy => "busy",
            Self::Cancelled => "cancelled",
            Self::Overloaded => "overloaded",
            Self::Failed => "failed",
            Self::Declared => "declared",
            Self::CallbackFailed => "callback_failed",
            Self::AddonMissing => "addon_missing",
            Self::VersionMismatch => "version_mismatch",
        }
    }
}

impl Failure {
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            value: None,
        }
    }

    /// Its code, its message and its value.
    pub(crate) fn into_list(self) -> Crossed {
        let mut items = vec![
            Crossed::Text(self.code.as_str().to_owned()),
            Crossed::Text(self.message),
        ];
        items.extend(self.value.map(Crossed::Text));
        Crossed::List(items)
    }

    pub(crate) fn argument(name: &str, message: &str) -> Self {
        Self::new(FailureCode::InvalidArgument, format!("{name}: {message}"))
    }

    pub(crate) fn cancelled() -> Self {
        Self::new(FailureCode::Cancelled, "the caller gave up")
    }

    /// What a panic said.
    pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> Self {
        let text = match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => match payload.downcast::<&'static str>() {
                Ok(text) => (*text).to_owned(),
                Err(payload) => {
                    // Whatever it is, its drop could panic again.
                    std::mem::forget(payload);
                    "no message".to_owned()
                }
            },
        };
        Self::new(FailureCode::Internal, format!("Rust panicked: {text}"))
    }
}
