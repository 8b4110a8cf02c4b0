use std::{error::Error as _, time::Duration};

use etcd_client::{Error as ClientError, WatchResponse};

use crate::{Error, ErrorCode, security::Reason};

/// gRPC codes, as numbers: the crate that names them is not ours.
const INVALID_ARGUMENT: i32 = 3;
const NOT_FOUND: i32 = 5;
const PERMISSION_DENIED: i32 = 7;
const FAILED_PRECONDITION: i32 = 9;
const OUT_OF_RANGE: i32 = 11;
const UNAUTHENTICATED: i32 = 16;

/// Why etcd did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// No answer, a broken connection, no leader: trying again may help.
    Unreachable,
    /// The user, its password or its rights will not do.
    Denied,
    /// One of the two sides does not trust the other's certificate, or only one of them speaks TLS.
    Untrusted,
    /// The lease is gone.
    NoLease,
    /// The revision is no longer kept.
    Compacted,
    /// What the options say makes no sense to the client.
    Invalid,
}

impl Failure {
    pub(crate) fn timed_out(after: Duration) -> Self {
        Self {
            kind: FailureKind::Unreachable,
            reason: format!("no answer within {} ms", after.as_millis()),
        }
    }

    pub(crate) fn unreachable(reason: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Unreachable,
            reason: reason.into(),
        }
    }

    /// Whether trying again without a change of the configuration is pointless.
    pub(crate) fn is_final(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::Denied | FailureKind::Untrusted | FailureKind::Invalid
        )
    }

    /// The error for the application, with what to do.
    pub(crate) fn into_error(self, location: &str) -> Error {
        let Self { kind, reason } = self;
        let (code, advice) = match kind {
            FailureKind::Denied => (
                ErrorCode::PermissionDenied,
                "check etcdUsername and etcdPassword (ETCD_AUTH_USERNAME, ETCD_AUTH_PASSWORD), and that the user may \
                 read and write keys that begin with v1/ and stator/",
            ),
            FailureKind::Untrusted => (
                ErrorCode::PermissionDenied,
                "check that the endpoints begin with https:// exactly if etcd speaks TLS, that etcdCa or tlsCa \
                 (ETCD_AUTH_CA, STATOR_TLS_CA) is the authority of etcd's certificate, that the certificate names this host and is not expired, and \
                 etcdClientCert and etcdClientKey (ETCD_AUTH_CLIENT_CERT, ETCD_AUTH_CLIENT_KEY), or tlsCert and \
                 tlsKey, if etcd asks for a certificate",
            ),
            FailureKind::Invalid => (
                ErrorCode::InvalidArgument,
                "check etcdEndpoints (ETCD_ENDPOINTS): it is a list such as http://10.0.0.1:2379,http://10.0.0.2:2379",
            ),
            FailureKind::NoLease => (ErrorCode::Discovery, "a new lease is being taken"),
            FailureKind::Compacted | FailureKind::Unreachable => (
                ErrorCode::Discovery,
                "check that etcd runs there (etcdEndpoints, ETCD_ENDPOINTS), or set DYN_DISCOVERY_BACKEND=file for \
                 processes of one machine",
            ),
        };
        let mut error = Error::new(code, format!("etcd at {location}: {reason}; {advice}"));
        if kind == FailureKind::Untrusted {
            // Who was cut off without a word of TLS spoke none.
            Reason::in_text(&reason)
                .unwrap_or(Reason::TlsRequired)
                .put_into(&mut error);
        }
        error
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::GRpcStatus(status) => {
                let code = status.code() as i32;
                let mut reason = status.message().to_owned();
                let mut cause = status.source();
                while let Some(error) = cause {
                    append(&mut reason, &error.to_string());
                    cause = error.source();
                }
                let kind = kind_of(code, &reason);
                Self { kind, reason }
            }
            ClientError::LeaseKeepAliveError(reason) if reason.contains("not found") => Self {
                kind: FailureKind::NoLease,
                reason,
            },
            ClientError::TransportError(error) => {
                let mut reason = error.to_string();
                let mut cause = error.source();
                while let Some(error) = cause {
                    append(&mut reason, &error.to_string());
                    cause = error.source();
                }
                let kind = if is_about_tls(&reason) {
                    FailureKind::Untrusted
                } else {
                    FailureKind::Invalid
                };
                Self { kind, reason }
            }
            ClientError::InvalidUri(_) | ClientError::InvalidArgs(_) => Self {
                kind: FailureKind::Invalid,
                reason: error.to_string(),
            },
            other => Self::unreachable(other.to_string()),
        }
    }
}

/// Causes repeat each other.
fn append(reason: &mut String, cause: &str) {
    if !cause.is_empty() && !reason.contains(cause) {
        reason.push_str(": ");
        reason.push_str(cause);
    }
}

fn kind_of(code: i32, reason: &str) -> FailureKind {
    let about_users = ["auth", "user name", "permission denied", "password"];
    match code {
        UNAUTHENTICATED | PERMISSION_DENIED => FailureKind::Denied,
        INVALID_ARGUMENT | FAILED_PRECONDITION if about_users.iter().any(|word| reason.contains(word)) => {
            FailureKind::Denied
        }
        NOT_FOUND if reason.contains("lease not found") => FailureKind::NoLease,
        OUT_OF_RANGE if reason.contains("compacted") => FailureKind::Compacted,
        _ if is_about_tls(reason) => FailureKind::Untrusted,
        _ => FailureKind::Unreachable,
    }
}

/// What rustls, and HTTP/2 that meets TLS, say: there is no type of theirs in the chain of causes.
fn is_about_tls(reason: &str) -> bool {
    [
        "invalid peer certificate",
        "received fatal alert",
        "received corrupt message",
        "frame with invalid size",
        "InvalidCertificate",
        "no native root",
    ]
    .iter()
    .any(|word| reason.contains(word))
}

/// Why etcd has cancelled the watch, if so.
pub(crate) fn watch_cancelled(answer: &WatchResponse) -> Option<Failure> {
    if !answer.canceled() && answer.compact_revision() == 0 {
        return None;
    }
    let reason = answer.cancel_reason();
    let kind = if answer.compact_revision() != 0 || reason.contains("compacted") {
        FailureKind::Compacted
    } else if reason.contains("permission denied") || reason.contains("auth") {
        FailureKind::Denied
    } else {
        FailureKind::Unreachable
    };
    let reason = if reason.is_empty() {
        "etcd has cancelled the watch"
    } else {
        reason
    };
    Some(Failure {
        kind,
        reason: reason.to_owned(),
    })
}
