use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// Why something failed. The list is closed: a code that a newer peer invents is read as `internal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// An option, a name or a value that the caller passed is not acceptable.
    InvalidArgument,
    /// The request did not fit the endpoint's input schema.
    InvalidRequest,
    /// A handler produced an item that does not fit the endpoint's output schema.
    InvalidResponse,
    /// The worker does not serve that endpoint, or a queue was deleted.
    NotFound,
    /// Discovery knows no instance of the endpoint.
    NoInstances,
    /// The worker could not be reached, or was lost before it took the call.
    Unavailable,
    /// The worker, or the server of a store, was lost after it may have taken the call: whether the call took effect is
    /// not known.
    UnknownOutcome,
    /// The worker, a queue in front of it, or a store is full.
    Overloaded,
    /// The time for it was up.
    DeadlineExceeded,
    /// What was expected is not so any more: a lock, a leadership or a lease was lost, or somebody else was first.
    Conflict,
    /// The caller cancelled.
    Cancelled,
    /// A message is larger than the limit.
    PayloadTooLarge,
    /// The peer sent something that the protocol does not allow.
    Protocol,
    /// Two parts of different versions met.
    VersionMismatch,
    /// The port is taken.
    AddressInUse,
    /// The operating system, the rules of the discovery folder or its server forbid it, or a certificate is not trusted.
    PermissionDenied,
    /// The back end of discovery, or of the store, failed.
    Discovery,
    /// This runtime is shutting down.
    ShuttingDown,
    /// The native addon could not be loaded.
    AddonMissing,
    /// The endpoint failed in a way that its contract declares: `name` is the type, `details` the value.
    Declared,
    /// A handler threw, or something that should not happen did.
    #[serde(other)]
    Internal,
}

impl ErrorCode {
    pub const ALL: [ErrorCode; 21] = [
        Self::InvalidArgument,
        Self::InvalidRequest,
        Self::InvalidResponse,
        Self::NotFound,
        Self::NoInstances,
        Self::Unavailable,
        Self::UnknownOutcome,
        Self::Overloaded,
        Self::DeadlineExceeded,
        Self::Conflict,
        Self::Cancelled,
        Self::PayloadTooLarge,
        Self::Protocol,
        Self::VersionMismatch,
        Self::AddressInUse,
        Self::PermissionDenied,
        Self::Discovery,
        Self::ShuttingDown,
        Self::AddonMissing,
        Self::Declared,
        Self::Internal,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid_argument",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidResponse => "invalid_response",
            Self::NotFound => "not_found",
            Self::NoInstances => "no_instances",
            Self::Unavailable => "unavailable",
            Self::UnknownOutcome => "unknown_outcome",
            Self::Overloaded => "overloaded",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::Conflict => "conflict",
            Self::Cancelled => "cancelled",
            Self::PayloadTooLarge => "payload_too_large",
            Self::Protocol => "protocol",
            Self::VersionMismatch => "version_mismatch",
            Self::AddressInUse => "address_in_use",
            Self::PermissionDenied => "permission_denied",
            Self::Discovery => "discovery",
            Self::ShuttingDown => "shutting_down",
            Self::AddonMissing => "addon_missing",
            Self::Declared => "declared",
            Self::Internal => "internal",
        }
    }

    /// Whether the same call may succeed on another instance or a moment later, without risk of running twice.
    pub const fn retryable(self) -> bool {
        matches!(
            self,
            Self::NoInstances | Self::Unavailable | Self::Overloaded | Self::Discovery | Self::ShuttingDown
        )
    }

    /// The HTTP status that a front end answers with.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::InvalidArgument | Self::InvalidRequest => 400,
            Self::PermissionDenied => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::PayloadTooLarge => 413,
            Self::Cancelled => 499,
            Self::InvalidResponse | Self::UnknownOutcome | Self::Protocol | Self::VersionMismatch => 502,
            Self::NoInstances | Self::Unavailable | Self::Discovery | Self::ShuttingDown => 503,
            Self::DeadlineExceeded => 504,
            Self::Overloaded => 529,
            Self::AddressInUse | Self::AddonMissing | Self::Declared | Self::Internal => 500,
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}
