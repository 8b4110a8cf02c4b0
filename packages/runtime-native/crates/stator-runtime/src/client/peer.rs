use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;
use tokio::runtime::Handle;

use crate::{
    Error, ErrorCode, Result,
    closing::Closing,
    connection::{self, Connection, Hooks, Offer},
    plane::RequestPlane,
};

use super::Call;

/// Calls that may wait for one connection to be made.
const MAX_WAITING: usize = 65_536;

/// Makes connections, one for each address, shared by all clients of the process.
pub struct Dialer {
    plane: Arc<dyn RequestPlane>,
    offer: Offer,
    tokio: Handle,
    peers: Mutex<Peers>,
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
    pub fn new(plane: Arc<dyn RequestPlane>, offer: Offer) -> Arc<Self> {
        Arc::new(Self {
            plane,
            offer,
            tokio: Handle::current(),
            peers: Mutex::default(),
            closed: Closing::default(),
        })
    }

    pub(super) fn tokio(&self) -> &Handle {
        &self.tokio
    }

    pub(super) fn hooks(&self) -> &Hooks {
        &self.offer.hooks
    }

    /// The one peer at that address; nothing is dialled before its first call.
    pub(super) fn peer(self: &Arc<Self>, address: &str) -> Arc<Peer> {
        let mut peers = self.peers.lock();
        if let Some(peer) = peers.by_address.get(address).and_then(Weak::upgrade) {
            return peer;
        }
        if peers.by_address.len() >= peers.sweep_at {
            peers.by_address.retain(|_, peer| peer.strong_count() > 0);
            peers.sweep_at = 16.max(2 * peers.by_address.len());
        }
        let peer = Arc::new(Peer {
            address: address.to_owned(),
            dialer: Arc::clone(self),
            state: Mutex::new(PeerState::Idle),
        });
        peers.by_address.insert(address.to_owned(), Arc::downgrade(&peer));
        peer
    }

    /// Closes every connection and makes no more; open calls are told that the runtime shuts down.
    pub fn close(&self) {
        self.closed.close();
        for connection in self.connections() {
            connection.close(shut_down());
        }
    }

    pub(crate) fn closing(&self) -> Closing {
        self.closed.clone()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_closed()
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

    async fn connect(&self, address: &str) -> Result<Connection> {
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

/// The error of calls that a runtime makes after its end.
pub(super) fn shut_down() -> Error {
    Error::new(ErrorCode::ShuttingDown, "this runtime has shut down")
}

/// The connection to one address, made when it is first needed and again when it broke.
pub(crate) struct Peer {
    address: String,
    dialer: Arc<Dialer>,
    state: Mutex<PeerState>,
}

enum PeerState {
    Idle,
    Connecting(Vec<Arc<Call>>),
    Ready(Connection),
}

impl Peer {
    /// The connection if there is one; otherwise `call` hears [`Call::connected`] or [`Call::not_connected`] later.
    pub(super) fn connection(self: &Arc<Self>, call: &Arc<Call>) -> Result<Option<Connection>> {
        let mut state = self.state.lock();
        match &mut *state {
            PeerState::Ready(connection) if connection.accepts_calls() => return Ok(Some(connection.clone())),
            PeerState::Connecting(waiting) => {
                if waiting.len() >= MAX_WAITING {
                    return Err(Error::new(
                        ErrorCode::Overloaded,
                        format!("{MAX_WAITING} calls wait for a connection to {}", self.address),
                    ));
                }
                waiting.push(Arc::clone(call));
                return Ok(None);
            }
            PeerState::Idle | PeerState::Ready(_) => {}
        }
        *state = PeerState::Connecting(vec![Arc::clone(call)]);
        let peer = Arc::clone(self);
        self.dialer.tokio.spawn(async move { peer.dial().await });
        Ok(None)
    }

    fn ready(&self) -> Option<Connection> {
        match &*self.state.lock() {
            PeerState::Ready(connection) => Some(connection.clone()),
            PeerState::Idle | PeerState::Connecting(_) => None,
        }
    }

    async fn dial(self: Arc<Self>) {
        let result = self.dialer.connect(&self.address).await;
        let next = match &result {
            Ok(connection) => PeerState::Ready(connection.clone()),
            Err(_) => PeerState::Idle,
        };
        let waiting = match std::mem::replace(&mut *self.state.lock(), next) {
            PeerState::Connecting(waiting) => waiting,
            PeerState::Idle | PeerState::Ready(_) => Vec::new(),
        };
        for call in waiting {
            match &result {
                Ok(connection) => call.connected(connection),
                Err(error) => call.not_connected(error.clone()),
            }
        }
        if let Ok(connection) = &result {
            connection.flush();
            if self.dialer.is_closed() {
                // The runtime was closed while this was made, and did not see it.
                connection.close(shut_down());
            }
        }
        (self.dialer.offer.hooks.batch_end)();
    }
}

/// Nobody can call the peer any more: its connection goes with the last call.
impl Drop for Peer {
    fn drop(&mut self) {
        let PeerState::Ready(connection) = std::mem::replace(self.state.get_mut(), PeerState::Idle) else {
            return;
        };
        if connection.is_closed() {
            return;
        }
        let closed = self.dialer.closed.clone();
        self.dialer.tokio.spawn(async move {
            tokio::select! {
                () = connection.retire(Error::new(ErrorCode::Unavailable, "nobody needs the connection")) => {}
                () = closed.closed() => connection.close(shut_down()),
            }
        });
    }
}
