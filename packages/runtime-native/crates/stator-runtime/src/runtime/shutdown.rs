use std::time::{Duration, Instant};

use super::{DistributedRuntime, Phase};

/// How a shutdown went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shutdown {
    /// Calls that were still running when the budget was used up.
    pub cut_off: usize,
}

impl DistributedRuntime {
    /// Withdraws from discovery, stops accepting, drains, closes: in this order, within `budget` (default: the
    /// configured one). A second call waits for the first.
    pub async fn shut_down(&self, budget: Option<Duration>) -> Shutdown {
        let inner = &self.0;
        let first = inner.phase.send_if_modified(|phase| {
            let first = *phase == Phase::Running;
            if first {
                *phase = Phase::Draining;
            }
            first
        });
        if !first {
            // The sender lives as long as this runtime.
            let _ = inner.phase.subscribe().wait_for(|phase| *phase == Phase::Closed).await;
            return Shutdown { cut_off: 0 };
        }
        let budget = budget.unwrap_or(inner.settings.shutdown_timeout);
        let until = Instant::now() + budget;
        let served = std::mem::take(&mut *inner.served.lock());
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
        for withdrawal in served {
            withdrawal.drain(until.saturating_duration_since(Instant::now())).await;
        }
        let wait = if inner.server.running() == 0 {
            Duration::from_secs(1)
        } else {
            Duration::ZERO
        };
        let cut_off = inner
            .server
            .shut_down(until.saturating_duration_since(Instant::now()).max(wait))
            .await;
        inner.dialer.close();
        inner.discovery.close().await;
        inner.phase.send_replace(Phase::Closed);
        Shutdown { cut_off }
    }
}
