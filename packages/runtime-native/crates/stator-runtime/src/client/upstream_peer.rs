use std::{net::SocketAddr, sync::Arc};

use parking_lot::Mutex;

use crate::{
    Error, ErrorCode, Result,
    dynamo::caller::{Egress, Status},
};

use super::{
    Call, Dialer,
    dialer::shut_down,
    target::{Place, Way},
};

/// Connections to one listener of the original's wire: more than one only while the others are busy.
const MAX_CONNECTIONS: usize = 8;

/// Calls that may wait for a connection to be made.
const MAX_WAITING: usize = 65_536;

/// One listener of the original's wire, whatever instances are behind it.
pub(crate) struct UpstreamPeer {
    address: SocketAddr,
    dialer: Arc<Dialer>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    connections: Vec<Arc<Egress>>,
    connecting: bool,
    waiting: Vec<(Arc<Call>, Arc<Place>)>,
}

impl UpstreamPeer {
    pub(super) fn new(address: SocketAddr, dialer: Arc<Dialer>) -> Self {
        Self {
            address,
            dialer,
            state: Mutex::default(),
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A connection if there is one that takes the call; otherwise `call` hears of it later.
    pub(super) fn connection(self: &Arc<Self>, call: &Arc<Call>, place: &Arc<Place>) -> Result<Option<Arc<Egress>>> {
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let mut best: Option<(Status, usize)> = None;
        let mut over = false;
        for (index, egress) in state.connections.iter().enumerate() {
            let status = egress.status();
            over |= status == Status::Over;
            if status < best.map_or(Status::Full, |(status, _)| status) {
                best = Some((status, index));
            }
            if status == Status::Free {
                break;
            }
        }
        let chosen = best.and_then(|(_, index)| state.connections.get(index).cloned());
        if over {
            state.connections.retain(|egress| egress.status() != Status::Over);
        }
        let is_free = best.is_some_and(|(status, _)| status == Status::Free);
        if !is_free && !state.connecting && state.connections.len() < MAX_CONNECTIONS {
            state.connecting = true;
            let peer = Arc::clone(self);
            self.dialer.tokio().spawn(async move { peer.dial().await });
        }
        if chosen.is_some() {
            return Ok(chosen);
        }
        if !state.connecting || state.waiting.len() >= MAX_WAITING {
            return Err(Error::new(
                ErrorCode::Overloaded,
                format!("the worker at {} has stopped taking requests", self.address),
            ));
        }
        state.waiting.push((Arc::clone(call), Arc::clone(place)));
        Ok(None)
    }

    async fn dial(self: Arc<Self>) {
        let result = match self.dialer.home() {
            Some(home) => tokio::select! {
                biased;
                () = self.dialer.closed() => Err(shut_down()),
                result = Egress::connect(home, self.address) => result,
            },
            None => Err(shut_down()),
        };
        let waiting = {
            let mut state = self.state.lock();
            state.connecting = false;
            if let Ok(egress) = &result {
                state.connections.push(Arc::clone(egress));
            }
            std::mem::take(&mut state.waiting)
        };
        for (call, place) in waiting {
            match &result {
                Ok(egress) => call.connected(Way::Upstream(Arc::clone(egress), place)),
                Err(error) => call.not_connected(error.clone()),
            }
        }
        if let Ok(egress) = &result {
            egress.flush();
        }
        (self.dialer.hooks().batch_end)();
    }
}

/// Nobody can call the worker any more: its connections go with the last requests on them.
impl Drop for UpstreamPeer {
    fn drop(&mut self) {
        for egress in &self.state.get_mut().connections {
            egress.retire();
        }
    }
}
