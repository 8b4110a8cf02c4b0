use std::sync::Arc;

use crate::{
    Result,
    connection::{Connection, SendStatus},
    dynamo::caller::{Egress, Exchange},
    payload::Payload,
    wire::frame::Cancel,
};

/// An open call as its caller drives it, on the wire that its worker takes it by.
#[derive(Clone)]
pub(crate) enum OpenStream {
    /// A stream of a connection that many calls share.
    Multiplexed(Connection, u32),
    /// A request on a connection that many calls share, and an answer on one of its own. Over NATS requests leave by
    /// themselves.
    CallHome(Option<Arc<Egress>>, Arc<Exchange>),
}

impl OpenStream {
    pub fn send(&self, Payload { lane, data }: &Payload, end: bool) -> Result<SendStatus> {
        match self {
            Self::Multiplexed(connection, stream) => connection.send(*stream, *lane, data, end),
            Self::CallHome(_, exchange) => exchange.send(*lane, data, end),
        }
    }

    pub fn finish(&self) {
        match self {
            Self::Multiplexed(connection, stream) => {
                connection.finish(*stream);
            }
            Self::CallHome(_, exchange) => exchange.finish(),
        }
    }

    pub fn consumed(&self, cost: u64) {
        match self {
            Self::Multiplexed(connection, stream) => connection.consumed(*stream, cost),
            Self::CallHome(_, exchange) => exchange.consumed(cost),
        }
    }

    pub fn cancel(&self, cancel: Cancel) {
        match self {
            Self::Multiplexed(connection, stream) => connection.cancel(*stream, cancel),
            Self::CallHome(_, exchange) => exchange.cancel(cancel),
        }
    }

    pub fn flush(&self) {
        match self {
            Self::Multiplexed(connection, _) => connection.flush(),
            Self::CallHome(egress, exchange) => {
                if let Some(egress) = egress {
                    egress.flush();
                }
                exchange.flush();
            }
        }
    }
}
