use serde::Serialize;

use crate::type_ref::TypeRef;

/// One call that a service answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// The name on the wire.
    pub name: String,
    /// The name of the method in Rust, in snake_case.
    pub method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    pub kind: EndpointKind,
    /// The request, or one item of a stream of requests.
    pub input: TypeRef,
    /// The response, or one item of a stream of responses.
    pub output: TypeRef,
    /// The error that the endpoint declares, beside those that every call can end with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<TypeRef>,
    /// The time that a call may take when the caller names none, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
    /// Whether running a call twice does no more than running it once, so that it may be repeated on another instance.
    pub idempotent: bool,
    /// Hash of what matters on the wire: this endpoint and every type that it reaches, without documentation.
    pub hash: String,
}

/// Which of the two directions are streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointKind {
    Unary,
    ServerStream,
    ClientStream,
    Duplex,
}

impl EndpointKind {
    pub(crate) fn of(streams_in: bool, streams_out: bool) -> Self {
        match (streams_in, streams_out) {
            (false, false) => Self::Unary,
            (false, true) => Self::ServerStream,
            (true, false) => Self::ClientStream,
            (true, true) => Self::Duplex,
        }
    }
}
