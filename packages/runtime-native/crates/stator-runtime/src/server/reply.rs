use std::sync::Arc;

use crate::{
    Error, Result,
    connection::{Connection, SendStatus},
    dynamo::worker::Answer,
    payload::Lane,
};

/// The way of an answer back to its caller, on the wire that the call came by.
#[derive(Clone)]
pub(crate) enum Reply {
    /// A stream of a connection that many calls share.
    Multiplexed(Connection, u32),
    /// A connection of its own, to the caller's listener.
    CallHome(Arc<Answer>),
}

impl Reply {
    pub fn send(&self, lane: Lane, data: &[u8], end: bool) -> Result<SendStatus> {
        match self {
            Self::Multiplexed(connection, stream) => connection.send(*stream, lane, data, end),
            Self::CallHome(answer) => answer.send(lane, data, end),
        }
    }

    pub fn send_all<'a>(&self, messages: impl Iterator<Item = (Lane, &'a [u8])>) -> Result<SendStatus> {
        match self {
            Self::Multiplexed(connection, stream) => connection.send_all(*stream, messages),
            Self::CallHome(answer) => SendStatus::of_all(messages, |lane, data| answer.send(lane, data, false)),
        }
    }

    pub fn finish(&self) -> SendStatus {
        match self {
            Self::Multiplexed(connection, stream) => connection.finish(*stream),
            Self::CallHome(answer) => answer.finish(),
        }
    }

    pub fn fail(&self, error: &Error) -> SendStatus {
        match self {
            Self::Multiplexed(connection, stream) => connection.fail_call(*stream, error),
            Self::CallHome(answer) => answer.fail(error),
        }
    }

    pub fn consumed(&self, cost: u64) {
        match self {
            Self::Multiplexed(connection, stream) => connection.consumed(*stream, cost),
            Self::CallHome(answer) => answer.consumed(cost),
        }
    }

    pub fn flush(&self) {
        match self {
            Self::Multiplexed(connection, _) => connection.flush(),
            Self::CallHome(answer) => answer.flush(),
        }
    }
}
