use std::{net::SocketAddr, sync::Arc};

use crate::{
    Result,
    connection::{Connection, OpenCall, StreamObserver},
    dynamo::{
        caller::{Egress, NatsEgress, NatsPlace, OpenRequest},
        value::Codec,
    },
    payload::{Lane, Payload},
};

use super::{Call, OpenStream, nats_peer::NatsPeer, peer::Peer, upstream_peer::UpstreamPeer};

/// The wires over which calls go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Ours: many calls on one connection.
    Stator,
    /// The original's.
    Dynamo,
}

impl Wire {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stator => "stator",
            Self::Dynamo => "dynamo",
        }
    }
}

/// How the calls of one instance reach it.
pub(super) enum Target {
    Multiplexed(Arc<Peer>),
    Upstream {
        peer: Arc<UpstreamPeer>,
        /// What its record says behind the port, and about its codec.
        place: Arc<Place>,
    },
    Nats {
        peer: Arc<NatsPeer>,
        place: Arc<NatsPlace>,
    },
}

pub(super) struct Place {
    pub path: String,
    pub codec: Codec,
    /// Whether the worker is one of ours.
    pub is_stator: bool,
}

/// A connection that a call can be opened on now.
pub(super) enum Way {
    Multiplexed(Connection),
    Upstream(Arc<Egress>, Arc<Place>),
    Nats(Arc<NatsEgress>, Arc<NatsPlace>),
}

impl Target {
    /// The way if there is one; otherwise `call` hears [`Call::connected`] or [`Call::not_connected`] later.
    pub fn way(&self, call: &Arc<Call>) -> Result<Option<Way>> {
        Ok(match self {
            Self::Multiplexed(peer) => peer.connection(call)?.map(Way::Multiplexed),
            Self::Upstream { peer, place } => peer
                .connection(call, place)?
                .map(|egress| Way::Upstream(egress, Arc::clone(place))),
            Self::Nats { peer, place } => peer.way(call, place).map(|egress| Way::Nats(egress, Arc::clone(place))),
        })
    }

    pub fn address(&self) -> String {
        match self {
            Self::Multiplexed(peer) => peer.address().to_owned(),
            Self::Upstream { peer, .. } => SocketAddr::to_string(&peer.address()),
            Self::Nats { place, .. } => place.peer.to_string(),
        }
    }

    pub fn wire(&self) -> Wire {
        match self {
            Self::Multiplexed(_) => Wire::Stator,
            Self::Upstream { .. } | Self::Nats { .. } => Wire::Dynamo,
        }
    }
}

impl Way {
    /// Opens a call. An error means that the worker has seen nothing of it.
    pub fn open(
        self,
        call: OpenCall<'_>,
        request: Option<&Payload>,
        annotated: bool,
        observer: Arc<dyn StreamObserver>,
    ) -> Result<OpenStream> {
        match self {
            Self::Multiplexed(connection) => {
                let request = request.map(|request| (request.lane, (&request.data).into()));
                let stream = connection.open(&call, request, observer)?;
                Ok(OpenStream::Multiplexed(connection, stream))
            }
            Self::Upstream(egress, place) => {
                let request = OpenRequest {
                    call,
                    path: &place.path,
                    codec: place.codec,
                    is_stator: place.is_stator,
                    whole: annotated,
                    request: request.map(borrowed),
                };
                let exchange = egress.open(&request, observer)?;
                Ok(OpenStream::CallHome(Some(egress), exchange))
            }
            Self::Nats(egress, place) => {
                let request = OpenRequest {
                    call,
                    path: "",
                    codec: place.codec,
                    is_stator: place.is_stator,
                    whole: annotated,
                    request: request.map(borrowed),
                };
                let exchange = egress.open(&place, &request, observer)?;
                Ok(OpenStream::CallHome(None, exchange))
            }
        }
    }
}

fn borrowed(request: &Payload) -> (Lane, &[u8]) {
    (request.lane, &request.data)
}
