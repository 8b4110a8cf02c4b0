use std::sync::Arc;

use parking_lot::Mutex;

use crate::{Error, ErrorCode, Result, connection::Connection};

use super::{Call, Dialer, dialer::shut_down, target::Way};

/// Calls that may wait for one connection to be made.
const MAX_WAITING: usize = 65_536;

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
    pub(super) fn new(address: &str, dialer: Arc<Dialer>) -> Self {
        Self {
            address: address.to_owned(),
            dialer,
            state: Mutex::new(PeerState::Idle),
        }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

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
        self.dialer.tokio().spawn(async move { peer.dial().await });
        Ok(None)
    }

    pub(super) fn ready(&self) -> Option<Connection> {
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
                Ok(connection) => call.connected(Way::Multiplexed(connection.clone())),
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
        (self.dialer.hooks().batch_end)();
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
        let closed = self.dialer.closing();
        self.dialer.tokio().spawn(async move {
            tokio::select! {
                () = connection.retire(Error::new(ErrorCode::Unavailable, "nobody needs the connection")) => {}
                () = closed.closed() => connection.close(shut_down()),
            }
        });
    }
}
