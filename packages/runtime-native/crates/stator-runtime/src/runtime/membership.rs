use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::sleep};

use crate::discovery::Membership;

use super::{DistributedRuntime, Phase, endpoint::Withdrawal};

/// Between attempts to register again.
const PAUSE: Duration = Duration::from_millis(500);

/// What a runtime does when discovery has forgotten it.
impl DistributedRuntime {
    /// Calls `listener` with each new instance id, before anything is served under it. There is one listener.
    pub fn on_instance_id(&self, listener: impl Fn(u64) + Send + Sync + 'static) {
        // The first one counts.
        let _ = self.0.on_instance_id.set(Box::new(listener));
    }

    pub(super) fn follow_membership(&self) {
        let Some(mut membership) = self.0.discovery.membership() else {
            return;
        };
        let runtime = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            while membership.changed().await.is_ok() {
                let now = *membership.borrow_and_update();
                let Some(runtime) = runtime.upgrade() else { return };
                Self(runtime).stand_as(now, &membership);
            }
        });
    }

    /// Serves under the id of this moment, or under none: then calls are refused, and those that run go on.
    fn stand_as(&self, now: Membership, membership: &watch::Receiver<Membership>) {
        let served = self.0.served.lock().clone();
        if !now.held {
            self.0.server.suspend();
            if let Some(system) = self.system() {
                for withdrawal in served {
                    system.set_endpoint(&withdrawal.path().to_string(), false);
                }
            }
            return;
        }
        if let Some(listener) = self.0.on_instance_id.get() {
            listener(now.id);
        }
        if let Some(system) = self.system() {
            system.metrics().set_worker_id(now.id);
        }
        self.0.server.serve_as(now.id);
        for withdrawal in served {
            tokio::spawn(self.clone().register_again(withdrawal, now, membership.clone()));
        }
    }

    /// Registers one endpoint under a new id, until it has worked or there is another id.
    async fn register_again(
        self,
        withdrawal: Arc<Withdrawal>,
        now: Membership,
        mut membership: watch::Receiver<Membership>,
    ) {
        while self.phase() == Phase::Running && *membership.borrow() == now {
            let Err(error) = withdrawal.register().await else {
                return;
            };
            tracing::warn!(path = %withdrawal.path(), %error, "registering again failed, and is tried again");
            tokio::select! {
                () = sleep(PAUSE) => {}
                _ = membership.wait_for(|other| *other != now) => {}
            }
        }
    }
}
