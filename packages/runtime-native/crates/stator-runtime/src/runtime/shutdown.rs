use std::time::{Duration, Instant};

use crate::connection::NEVER;

use super::{DistributedRuntime, Phase};

/// How a shutdown went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shutdown {
    /// Calls that were still running when the budget was used up.
    pub cut_off: usize,
}

/// Answers that were finished are written at least for this long, also when the budget is used up.
const LAST_WORDS: Duration = Duration::from_secs(1);

impl DistributedRuntime {
    /// Withdraws from discovery, stops accepting, drains, closes: in this order, within `budget` (default: the
    /// configured one). It goes on when this future is dropped. A second call waits for the first.
    pub async fn shut_down(&self, budget: Option<Duration>) -> Shutdown {
        let inner = &self.0;
        let first = inner.phase.send_if_modified(|phase| {
            let first = *phase == Phase::Running;
            if first {
                *phase = Phase::Draining;
            }
            first
        });
        if first {
            let runtime = self.clone();
            tokio::spawn(async move {
                let shutdown = runtime
                    .drain(budget.unwrap_or(runtime.0.settings.shutdown_timeout))
                    .await;
                runtime.0.shutdown.get_or_init(|| shutdown);
                runtime.0.phase.send_replace(Phase::Closed);
            });
        }
        // The sender lives as long as this runtime.
        let _ = inner.phase.subscribe().wait_for(|phase| *phase == Phase::Closed).await;
        inner.shutdown.get().copied().unwrap_or(Shutdown { cut_off: 0 })
    }

    async fn drain(&self, budget: Duration) -> Shutdown {
        let inner = &self.0;
        let until = Instant::now() + budget.min(NEVER);
        if let Some(system) = self.system() {
            system.set_health(false);
        }
        if let Some(queues) = inner.queues.get() {
            queues.stop_taking();
        }
        // Nobody should choose a model that is about to go.
        inner.models.close().await;
        let mut served = std::mem::take(&mut *inner.served.lock());
        let withdrawals: Vec<_> = served
            .iter()
            .cloned()
            .map(|withdrawal| tokio::spawn(async move { withdrawal.withdraw().await }))
            .collect();
        for withdrawal in withdrawals {
            match withdrawal.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "an endpoint could not leave discovery"),
                Err(error) => tracing::warn!(%error, "leaving discovery failed"),
            }
        }
        inner.plane.stop_listening();
        inner.server.stop_accepting();
        // Those whose calls are cut off at once need not wait for the others.
        served.sort_by_key(|withdrawal| withdrawal.is_graceful());
        let mut cut_off = 0;
        for withdrawal in served {
            cut_off += withdrawal.drain(until.saturating_duration_since(Instant::now())).await;
        }
        let left = until.saturating_duration_since(Instant::now());
        cut_off += inner.server.shut_down(left.max(LAST_WORDS)).await;
        // Before what jobs call and publish to goes.
        if let Some(queues) = inner.queues.get() {
            queues.close(until.saturating_duration_since(Instant::now())).await;
        }
        inner.dialer.close();
        if let Some(bus) = inner.plane.nats() {
            bus.close().await;
        }
        if let Some(events) = inner.events.get() {
            events.hub.close().await;
        }
        inner.kv.close().await;
        inner.discovery.close().await;
        // Last, so that probes see the drain.
        if let Some(server) = inner.system.get().and_then(|system| system.server.as_ref()) {
            server.stop().await;
        }
        Shutdown { cut_off }
    }
}
