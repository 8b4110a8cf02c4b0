use async_nats::jetstream::{Error as ApiError, ErrorCode as ApiCode};

use crate::{Error, ErrorCode};

const NO_JETSTREAM: &str = "it has no JetStream, which queues need; start it with JetStream (nats-server --jetstream), or \
                            choose queues in memory (queue: \"memory\") for one process";

/// A server that answers, and cannot do it.
pub(super) fn no_jetstream(location: &str) -> Error {
    Error::new(ErrorCode::Unavailable, format!("NATS at {location}: {NO_JETSTREAM}"))
}

/// A server that was not reached in time. Nothing was sent, or it does not matter.
pub(super) fn unreached(location: &str, what: &str) -> Error {
    Error::new(
        ErrorCode::Unavailable,
        format!("NATS at {location} is not reached: {what}; it is tried again when you try again"),
    )
}

/// What JetStream says no to.
pub(super) fn refused(location: &str, what: &str, error: &ApiError) -> Error {
    let (code, advice) = match error.error_code() {
        ApiCode::JETSTREAM_NOT_ENABLED | ApiCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT => {
            return no_jetstream(location);
        }
        ApiCode::STREAM_NOT_FOUND | ApiCode::CONSUMER_NOT_FOUND => (ErrorCode::NotFound, "the queue was deleted"),
        ApiCode::STORAGE_RESOURCES_EXCEEDED
        | ApiCode::INSUFFICIENT_RESOURCES
        | ApiCode::ACCOUNT_RESOURCES_EXCEEDED
        | ApiCode::MAXIMUM_STREAMS_LIMIT
        | ApiCode::STREAM_MAX_STREAM_BYTES_EXCEEDED => (
            ErrorCode::Overloaded,
            "give the server more room for JetStream, or the queue a smaller maxBytes",
        ),
        ApiCode::STREAM_REPLICAS_NOT_SUPPORTED | ApiCode::CLUSTER_NO_PEERS => (
            ErrorCode::InvalidArgument,
            "replicas need as many servers that are a cluster with JetStream",
        ),
        ApiCode::CLUSTER_NOT_AVAILABLE => (ErrorCode::Unavailable, "the cluster has no leader at the moment"),
        ApiCode::STREAM_SUBJECT_OVERLAP => (
            ErrorCode::Conflict,
            "another stream takes the subjects that begin with stator.; those are the ones of queues",
        ),
        _ => (ErrorCode::Unavailable, "see the log of the server"),
    };
    Error::new(code, format!("NATS at {location}: {what}: {error}; {advice}"))
}
