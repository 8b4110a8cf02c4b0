use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;
use tokio::runtime::Handle;

use crate::{
    Error, ErrorCode, Result,
    closing::Closing,
    connection::{self, Connection, Hooks, Offer},
    discovery::Instance,
    dynamo::{
        caller::{CallHome, NatsPlace},
        nats::subject,
        value::Codec,
        wire::address::WorkerAddress,
    },
    plane::RequestPlane,
    wire::handshake::{self, VERSIONS},
};

use super::{
    nats_peer::NatsPeer,
    peer::Peer,
    target::{Place, Target},
    upstream_peer::UpstreamPeer,
};

/// Makes connections, one for each address, shared by all clients of the process.
pub struct Dialer {
    plane: Arc<dyn RequestPlane>,
    offer: Offer,
    tokio: Handle,
    peers: Mutex<Peers>,
    /// Where workers on the original's wire call home, where that is spoken.
    home: Option<Arc<CallHome>>,
    /// The original's wire is used even where both sides speak ours.
    prefers_dynamo: bool,
    upstream: Mutex<HashMap<SocketAddr, Weak<UpstreamPeer>>>,
    /// Who takes requests over NATS, where we send them there.
    nats: Option<Arc<NatsPeer>>,
    closed: Closing,
}

#[derive(Default)]
struct Peers {
    by_address: HashMap<String, Weak<Peer>>,
    /// With so many, those that nobody uses any more are taken out: seldom enough to cost nothing a peer.
    sweep_at: usize,
}

impl Dialer {
    /// Connections live on the Tokio runtime that this is called in.
    pub fn new(
        plane: Arc<dyn RequestPlane>,
        offer: Offer,
        home: Option<Arc<CallHome>>,
        prefers_dynamo: bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            nats: plane.nats().map(|bus| NatsPeer::new(Arc::clone(bus))),
            plane,
            offer,
            tokio: Handle::current(),
            peers: Mutex::default(),
            home,
            prefers_dynamo,
            upstream: Mutex::default(),
            closed: Closing::default(),
        })
    }

    pub(super) fn tokio(&self) -> &Handle {
        &self.tokio
    }

    pub(super) fn hooks(&self) -> &Hooks {
        &self.offer.hooks
    }

    pub(super) fn home(&self) -> Option<&Arc<CallHome>> {
        self.home.as_ref()
    }

    /// How calls reach an instance: over NATS where both sides use it, else over our own wire where both sides speak it.
    /// An error is the middle of a sentence.
    pub(super) fn target(self: &Arc<Self>, instance: &Instance) -> Result<Target, String> {
        if let Some((peer, place)) = self.over_nats(instance)? {
            return Ok(Target::Nats {
                peer: Arc::clone(peer),
                place: Arc::new(place),
            });
        }
        let ours = instance
            .stator
            .as_ref()
            .map(|stator| match handshake::negotiate(VERSIONS, stator.versions) {
                Ok(_) => Ok(Target::Multiplexed(self.peer(&stator.address))),
                Err(error) => Err(error.message),
            });
        match ours {
            Some(Ok(target)) if !self.prefers_dynamo => Ok(target),
            Some(ours) => self.upstream_target(instance).or(ours),
            None => self.upstream_target(instance),
        }
    }

    /// How an instance is reached over NATS, if that is how it is. An error is the middle of a sentence.
    pub(super) fn over_nats(&self, instance: &Instance) -> Result<Option<(&Arc<NatsPeer>, NatsPlace)>, String> {
        let Some((peer, recorded)) = self.nats.as_ref().zip(instance.transport.nats_tcp.as_ref()) else {
            return Ok(None);
        };
        let place = NatsPlace {
            subjects: subject::subjects(recorded)?,
            peer: format!("nats:{recorded}").into(),
            codec: codec(instance)?,
            answers: instance.stator.as_ref().is_some_and(|stator| stator.nats_answers),
            is_stator: instance.stator.is_some(),
        };
        Ok(Some((peer, place)))
    }

    fn upstream_target(self: &Arc<Self>, instance: &Instance) -> Result<Target, String> {
        let Some(address) = &instance.transport.tcp else {
            return Err(if instance.transport.nats_tcp.is_some() {
                "it takes requests over NATS: set requestPlane to \"nats\" (DYN_REQUEST_PLANE=nats)".to_owned()
            } else {
                "its record names no transport that is known here".to_owned()
            });
        };
        if self.home.is_none() {
            return Err(format!("the {} request plane does not reach it", self.plane.name()));
        }
        let WorkerAddress { listener, path } = WorkerAddress::parse(address)?;
        let codec = codec(instance)?;
        Ok(Target::Upstream {
            peer: self.upstream(listener),
            place: Arc::new(Place {
                path,
                codec,
                is_stator: instance.stator.is_some(),
            }),
        })
    }

    /// The one peer at that address; nothing is dialled before its first call.
    fn peer(self: &Arc<Self>, address: &str) -> Arc<Peer> {
        let mut peers = self.peers.lock();
        if let Some(peer) = peers.by_address.get(address).and_then(Weak::upgrade) {
            return peer;
        }
        if peers.by_address.len() >= peers.sweep_at {
            peers.by_address.retain(|_, peer| peer.strong_count() > 0);
            peers.sweep_at = 16.max(2 * peers.by_address.len());
        }
        let peer = Arc::new(Peer::new(address, Arc::clone(self)));
        peers.by_address.insert(address.to_owned(), Arc::downgrade(&peer));
        peer
    }

    /// The same for the original's wire.
    fn upstream(self: &Arc<Self>, address: SocketAddr) -> Arc<UpstreamPeer> {
        let mut peers = self.upstream.lock();
        if let Some(peer) = peers.get(&address).and_then(Weak::upgrade) {
            return peer;
        }
        peers.retain(|_, peer| peer.strong_count() > 0);
        let peer = Arc::new(UpstreamPeer::new(address, Arc::clone(self)));
        peers.insert(address, Arc::downgrade(&peer));
        peer
    }

    /// Closes every connection and makes no more; open calls are told that the runtime shuts down.
    pub fn close(&self) {
        self.closed.close();
        for connection in self.connections() {
            connection.close(shut_down());
        }
        if let Some(home) = &self.home {
            home.close();
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_closed()
    }

    pub(crate) fn closing(&self) -> Closing {
        self.closed.clone()
    }

    pub(super) async fn closed(&self) {
        self.closed.closed().await;
    }

    /// The connections that there are now.
    pub(crate) fn connections(&self) -> Vec<Connection> {
        let peers: Vec<_> = self
            .peers
            .lock()
            .by_address
            .values()
            .filter_map(Weak::upgrade)
            .collect();
        peers.iter().filter_map(|peer| peer.ready()).collect()
    }

    /// A connection of its own for calls to what the runtime at that address answers itself.
    pub(super) async fn connect_to_runtime(&self, address: &str, max_message: u32) -> Result<Connection> {
        self.connect_with(address, &self.offer.to_runtime(max_message)).await
    }

    pub(super) async fn connect(&self, address: &str) -> Result<Connection> {
        self.connect_with(address, &self.offer).await
    }

    async fn connect_with(&self, address: &str, offer: &Offer) -> Result<Connection> {
        let connect = async {
            let link = self.plane.dial(address).await?;
            connection::connect(link, address.to_owned(), offer).await
        };
        tokio::select! {
            biased;
            () = self.closed.closed() => Err(shut_down()),
            connection = connect => connection,
        }
    }
}

/// The form in which an instance takes values.
fn codec(instance: &Instance) -> Result<Codec, String> {
    match instance.request_plane_codec.as_deref() {
        None | Some("json") => Ok(Codec::Json),
        Some("msgpack") => Ok(Codec::Msgpack),
        Some(other) => {
            let shown: String = other.chars().take(32).collect();
            Err(format!("it takes values as {shown:?}, which is not known here"))
        }
    }
}

/// The error of calls that a runtime makes after its end.
pub(super) fn shut_down() -> Error {
    Error::new(ErrorCode::ShuttingDown, "this runtime has shut down")
}
