use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::{
    Result,
    dynamo::{
        caller::{NatsEgress, NatsPlace},
        nats::Bus,
    },
};

use super::{Call, Dialer, dialer::shut_down, target::Way};

/// The way to all workers that take requests over NATS, made when it is first needed.
pub(crate) struct NatsPeer {
    bus: Arc<Bus>,
    egress: OnceCell<Arc<NatsEgress>>,
}

impl NatsPeer {
    pub(super) fn new(bus: Arc<Bus>) -> Arc<Self> {
        Arc::new(Self {
            bus,
            egress: OnceCell::new(),
        })
    }

    /// The way if it is there; otherwise `call` hears of it in a moment.
    pub(super) fn way(self: &Arc<Self>, call: &Arc<Call>, place: &Arc<NatsPlace>) -> Option<Arc<NatsEgress>> {
        if let Some(egress) = self.egress.get() {
            return Some(Arc::clone(egress));
        }
        let (peer, call, place) = (Arc::clone(self), Arc::clone(call), Arc::clone(place));
        let tokio = call.dialer().tokio().clone();
        tokio.spawn(async move {
            match peer.egress(call.dialer()).await {
                Ok(egress) => call.connected(Way::Nats(egress, place)),
                Err(error) => call.not_connected(error),
            }
            (call.dialer().hooks().batch_end)();
        });
        None
    }

    /// Makes the way unless it is there.
    pub(super) async fn egress(&self, dialer: &Dialer) -> Result<Arc<NatsEgress>> {
        let home = dialer.home().ok_or_else(shut_down)?;
        let start = self.egress.get_or_try_init(|| NatsEgress::start(home, &self.bus));
        tokio::select! {
            biased;
            () = dialer.closed() => Err(shut_down()),
            egress = start => egress.cloned(),
        }
    }
}
