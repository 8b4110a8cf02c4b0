//! Errors as the original writes them, and what they are here.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Error, ErrorCode, error::Details, wire};

/// The original cuts longer texts.
const MAX_TEXT: usize = 4000;

/// An error on the wire. Fields are absent in those of older peers; unknown ones are ignored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DynamoError {
    /// The kind as older peers know it: a word, or an object of one word.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub error_type: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnostic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public: Option<Value>,
    /// The error itself, for peers of our kind: JSON in a text, so that msgpack rounds no number in its details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stator: Option<String>,
}

/// Class, reason and older type of an error. Only these pairs of class and reason are known to the original.
fn names(error: &Error) -> (&'static str, &'static str, Value) {
    let plain = |word: &str| Value::from(word);
    match error.code {
        ErrorCode::InvalidArgument => ("InvalidRequest", "request.invalid_argument", plain("InvalidArgument")),
        ErrorCode::InvalidRequest => ("InvalidRequest", "request.invalid", plain("InvalidArgument")),
        ErrorCode::InvalidResponse | ErrorCode::Protocol | ErrorCode::VersionMismatch => {
            ("BackendProtocol", "backend.protocol", plain("Unknown"))
        }
        ErrorCode::NotFound => ("NotFound", "request.not_found", plain("Unknown")),
        // Not of the reasons for which the original avoids the instance: it is another one that is gone.
        ErrorCode::NoInstances | ErrorCode::Unavailable | ErrorCode::UnknownOutcome | ErrorCode::Discovery => {
            ("Unavailable", "backend.unavailable", plain("Unavailable"))
        }
        ErrorCode::ShuttingDown => (
            "Unavailable",
            "backend.engine_shutdown",
            json!({ "Backend": "EngineShutdown" }),
        ),
        ErrorCode::Conflict => ("Conflict", "request.conflict", plain("Unknown")),
        ErrorCode::Overloaded => ("CapacityExhausted", "capacity.exhausted", plain("ResourceExhausted")),
        ErrorCode::DeadlineExceeded => (
            "DeadlineExceeded",
            "request.deadline_exceeded",
            plain("ResponseTimeout"),
        ),
        ErrorCode::Cancelled => ("Cancelled", "request.cancelled", plain("Cancelled")),
        ErrorCode::PayloadTooLarge => ("PayloadTooLarge", "request.payload_too_large", plain("InvalidArgument")),
        ErrorCode::PermissionDenied => ("PermissionDenied", "request.permission_denied", plain("Unknown")),
        // The nearest that the original has to what an application declares.
        ErrorCode::Declared => match error.http_status() {
            401 => ("Unauthenticated", "request.unauthenticated", plain("Unknown")),
            403 => ("PermissionDenied", "request.permission_denied", plain("Unknown")),
            404 => ("NotFound", "request.not_found", plain("Unknown")),
            409 => ("Conflict", "request.conflict", plain("Unknown")),
            429 => ("RateLimited", "request.rate_limited", plain("ResourceExhausted")),
            400..500 => ("InvalidRequest", "request.invalid", plain("InvalidArgument")),
            _ => ("Internal", "backend.unknown", plain("Unknown")),
        },
        ErrorCode::AddressInUse | ErrorCode::AddonMissing | ErrorCode::Internal => {
            ("Internal", "backend.unknown", plain("Unknown"))
        }
    }
}

impl DynamoError {
    /// With the same limits as on our own wire: what does not fit is cut.
    pub fn new(error: &Error) -> Self {
        let whole = wire::error::encode(error);
        // A value that is too large has made another error of it.
        let fitting = serde_json::from_slice(&whole).unwrap_or_else(|_| error.clone());
        let (error, (class, reason, error_type)) = (&fitting, names(&fitting));
        Self {
            error_type,
            class: Some(class.to_owned()),
            reason: Some(reason.to_owned()),
            message: text_of(error),
            diagnostic: Some(text_of(error)),
            public: None,
            stator: String::from_utf8(whole).ok(),
        }
    }

    /// The worker stops before the call has ended: the original's peers avoid it and may take the call elsewhere.
    pub fn engine_shutdown(error: &Error) -> Self {
        let (class, reason, error_type) = names(&Error::new(ErrorCode::ShuttingDown, ""));
        Self {
            error_type,
            class: Some(class.to_owned()),
            reason: Some(reason.to_owned()),
            ..Self::new(error)
        }
    }

    /// The error as callers here see it. What has no counterpart stands in its details.
    pub fn into_error(self) -> Error {
        // What is no error of ours counts as absent.
        if let Some(error) = self.stator.as_ref().and_then(|text| serde_json::from_str(text).ok()) {
            return error;
        }
        let code = self.code();
        let message = match self.diagnostic {
            Some(diagnostic) if !diagnostic.is_empty() => diagnostic,
            _ if self.message.is_empty() => "the worker gave no text".to_owned(),
            _ => self.message,
        };
        let mut details = serde_json::Map::new();
        for (key, value) in [("class", self.class), ("reason", self.reason)] {
            if let Some(value) = value {
                details.insert(key.to_owned(), value.into());
            }
        }
        if let Some(public) = self.public {
            details.insert("public".to_owned(), public);
        }
        Error {
            name: exception(&message).map(str::to_owned),
            details: (!details.is_empty()).then(|| Details::of(&details).ok()).flatten(),
            ..Error::new(code, message)
        }
    }

    fn code(&self) -> ErrorCode {
        self.reason
            .as_deref()
            .and_then(code_of_reason)
            .or_else(|| self.class.as_deref().and_then(code_of_class))
            .or_else(|| code_of_type(&self.error_type))
            .unwrap_or(ErrorCode::Internal)
    }
}

/// Reasons that say more than their class.
fn code_of_reason(reason: &str) -> Option<ErrorCode> {
    Some(match reason {
        "request.invalid_argument" | "backend.invalid_argument" => ErrorCode::InvalidArgument,
        // The worker has, or may have, begun.
        "transport.disconnected" | "backend.disconnected" | "backend.engine_shutdown" | "backend.stream_incomplete" => {
            ErrorCode::UnknownOutcome
        }
        _ => return None,
    })
}

fn code_of_class(class: &str) -> Option<ErrorCode> {
    Some(match class {
        "Cancelled" => ErrorCode::Cancelled,
        "Unavailable" => ErrorCode::Unavailable,
        "InvalidRequest" => ErrorCode::InvalidRequest,
        "Unauthenticated" | "PermissionDenied" => ErrorCode::PermissionDenied,
        "NotFound" => ErrorCode::NotFound,
        "Conflict" => ErrorCode::Conflict,
        "UnsupportedMedia" => ErrorCode::InvalidArgument,
        "PayloadTooLarge" => ErrorCode::PayloadTooLarge,
        "RateLimited" | "CapacityExhausted" => ErrorCode::Overloaded,
        "BackendProtocol" => ErrorCode::Protocol,
        "DeadlineExceeded" => ErrorCode::DeadlineExceeded,
        "NotImplemented" | "Internal" => ErrorCode::Internal,
        _ => return None,
    })
}

/// Older peers have neither class nor reason.
fn code_of_type(error_type: &Value) -> Option<ErrorCode> {
    let (word, backend) = match error_type {
        Value::String(word) => (word.as_str(), false),
        Value::Object(object) => (object.get("Backend")?.as_str()?, true),
        _ => return None,
    };
    Some(match word {
        "InvalidArgument" => ErrorCode::InvalidArgument,
        "Disconnected" | "EngineShutdown" | "StreamIncomplete" => ErrorCode::UnknownOutcome,
        "CannotConnect" | "Unavailable" | "WorkerUnavailable" => ErrorCode::Unavailable,
        "ConnectionTimeout" | "ResponseTimeout" => ErrorCode::DeadlineExceeded,
        "Cancelled" => ErrorCode::Cancelled,
        "ResourceExhausted" if !backend => ErrorCode::Overloaded,
        _ => return None,
    })
}

/// The class of the exception that a text such as `ValueError: not so` begins with.
fn exception(text: &str) -> Option<&str> {
    let (name, _) = text.split_once(": ")?;
    let is_name = name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    is_name.then_some(name)
}

/// As the original says what a handler threw: `Name: message`.
fn text_of(error: &Error) -> String {
    let mut text = match &error.name {
        Some(name) => format!("{name}: {}", error.message),
        None => error.message.clone(),
    };
    text.truncate(text.floor_char_boundary(MAX_TEXT));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_ours_survive_the_wire_as_they_are() {
        for code in ErrorCode::ALL {
            let error = Error {
                name: Some("RangeError".to_owned()),
                details: Details::of(&json!({ "limit": 3 })).ok(),
                ..Error::new(code, "not so")
            };
            let text = serde_json::to_string(&DynamoError::new(&error)).unwrap_or_default();
            let read: DynamoError = serde_json::from_str(&text).unwrap_or_default();
            assert_eq!(read.into_error(), error);
        }
    }

    #[test]
    fn without_our_field_the_code_survives_or_becomes_the_nearest() {
        for code in ErrorCode::ALL {
            let read = DynamoError {
                stator: None,
                ..DynamoError::new(&Error::new(code, "not so"))
            };
            let expected = match code {
                ErrorCode::InvalidResponse | ErrorCode::VersionMismatch => ErrorCode::Protocol,
                ErrorCode::NoInstances | ErrorCode::UnknownOutcome | ErrorCode::Discovery => ErrorCode::Unavailable,
                ErrorCode::ShuttingDown => ErrorCode::UnknownOutcome,
                ErrorCode::AddressInUse | ErrorCode::AddonMissing | ErrorCode::Declared => ErrorCode::Internal,
                same => same,
            };
            assert_eq!(read.into_error().code, expected, "{code}");
        }
    }

    #[test]
    fn an_exception_of_python_is_read_with_its_name_and_reason() {
        let text = r#"{"error_type":{"Backend":"InvalidArgument"},"class":"InvalidRequest","reason":"backend.invalid_argument","message":"ValueError: boom","diagnostic":"ValueError: boom"}"#;
        let error = serde_json::from_str::<DynamoError>(text)
            .unwrap_or_default()
            .into_error();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert_eq!(
            (error.name.as_deref(), error.message.as_str()),
            (Some("ValueError"), "ValueError: boom")
        );
        assert_eq!(
            error.details,
            Details::of(&json!({ "class": "InvalidRequest", "reason": "backend.invalid_argument" })).ok()
        );
    }

    #[test]
    fn older_peers_say_only_a_type() {
        for (error_type, code) in [
            (json!("ResourceExhausted"), ErrorCode::Overloaded),
            (json!({ "Backend": "EngineShutdown" }), ErrorCode::UnknownOutcome),
            (json!("Invented"), ErrorCode::Internal),
            (json!(7), ErrorCode::Internal),
        ] {
            let error = DynamoError {
                error_type,
                ..DynamoError::default()
            };
            assert_eq!(error.into_error().code, code);
        }
    }
}
