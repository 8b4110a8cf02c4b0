use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use etcd_client::{LeaseKeepAliveStream, LeaseKeeper as Renewer, LeaseTimeToLiveOptions};
use tokio::{
    sync::{Notify, watch},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{
    EtcdOptions,
    joining::Lease,
    own_records::OwnRecords,
    reachability::{Part, Reachability},
    record_key::is_of_a_bucket,
};
use crate::{
    discovery::{Condition, DiscoveryMetrics, Membership},
    etcd::{BackOff, EtcdConnection, Failure, FailureKind},
};

/// New leases are taken within this time of a loss, spread by chance: after a wipe every process takes one.
const JITTER: Duration = Duration::from_secs(1);

/// How often the clock on the wall is looked at, at the most: the other one stands still while the machine sleeps.
const SLICE: Duration = Duration::from_secs(5);

/// How long a farewell may take when etcd was not reached before it.
const FAREWELL: Duration = Duration::from_secs(1);

/// What the lease's keeper shares with whoever registers and watches.
pub(super) struct Standing {
    pub(super) membership: watch::Sender<Membership>,
    pub(super) own: OwnRecords,
    pub(super) reachability: Reachability,
    pub(super) metrics: DiscoveryMetrics,
    /// Somebody has reason to believe that our lease, or a record of ours, is gone.
    pub(super) doubt: Notify,
}

/// Renews the lease when half of its time is gone, keeps our records there, and takes a new lease when it is lost.
pub(super) struct LeaseKeeper {
    pub(super) connection: EtcdConnection,
    pub(super) options: EtcdOptions,
    pub(super) standing: Arc<Standing>,
    pub(super) stop: CancellationToken,
}

type Stream = (Renewer, LeaseKeepAliveStream);

impl LeaseKeeper {
    /// Runs until it is stopped; then it gives the lease back, and with it every record.
    pub(super) async fn run(self, mut lease: Lease) {
        loop {
            let Some(failure) = self.hold(lease).await else {
                return self.revoke(lease).await;
            };
            let id = lease.instance_id();
            self.standing.own.clear();
            self.standing.metrics.lost_ids.inc();
            self.standing.membership.send_replace(Membership { id, held: false });
            tracing::warn!(
                etcd = self.options.location(),
                instance = format!("{id:x}"),
                reason = failure.reason,
                "the lease was lost: nothing is served under this instance id any more; another one is being taken"
            );
            let Some(next) = self.regain().await else { return };
            lease = next;
            let id = lease.instance_id();
            tracing::warn!(instance = format!("{id:x}"), "there is a new lease and instance id");
            self.standing.membership.send_replace(Membership { id, held: true });
        }
    }

    /// Resolves with the reason when the lease is lost, and with `None` when there was enough of it.
    async fn hold(&self, lease: Lease) -> Option<Failure> {
        let mut stream = None;
        let mut back_off = self.options.back_off();
        // At once, so that there is a stream whose end tells of trouble.
        let mut wait = Duration::ZERO;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return None,
                () = passed(wait, (lease.ttl / 6).min(SLICE)) => {}
                () = self.standing.doubt.notified() => {}
                () = broken(&mut stream) => stream = None,
            }
            let renewed = tokio::select! {
                () = self.stop.cancelled() => return None,
                renewed = self.renew(lease, &mut stream) => renewed,
            };
            match renewed {
                Ok(ttl) => {
                    self.standing.reachability.works(Part::Lease);
                    back_off.reset();
                    wait = ttl / 2;
                }
                Err(failure) if failure.kind == FailureKind::NoLease => return Some(failure),
                Err(failure) => {
                    stream = None;
                    self.standing.reachability.failed(Part::Lease, &failure);
                    if failure.kind == FailureKind::Denied {
                        // The next attempt shows whether it helped.
                        let _ = self.connection.authenticate().await;
                    }
                    wait = back_off.wait();
                }
            }
        }
    }

    /// Renews the lease once and looks after its records. Returns the time that it has to live.
    async fn renew(&self, lease: Lease, stream: &mut Option<Stream>) -> Result<Duration, Failure> {
        let ttl = match stream {
            Some((renewer, answers)) => {
                let answer = self
                    .connection
                    .wait(async {
                        renewer.keep_alive().await?;
                        answers.message().await
                    })
                    .await?
                    .ok_or_else(|| Failure::unreachable("etcd has ended the stream of renewals"))?;
                if answer.ttl() <= 0 {
                    return Err(gone());
                }
                Duration::from_secs(answer.ttl().unsigned_abs())
            }
            None => {
                let opened = self
                    .connection
                    .ask(|mut client| async move { client.lease_keep_alive(lease.id).await })
                    .await?;
                *stream = Some(opened);
                lease.ttl
            }
        };
        self.repair(lease).await?;
        Ok(ttl)
    }

    /// Puts back what somebody has deleted, and takes away what should not be there any more.
    async fn repair(&self, lease: Lease) -> Result<(), Failure> {
        let options = LeaseTimeToLiveOptions::new().with_keys();
        let state = self
            .connection
            .ask(|mut client| async move { client.lease_time_to_live(lease.id, Some(options)).await })
            .await?;
        if state.ttl() < 0 {
            return Err(gone());
        }
        let attached: Vec<&str> = state
            .keys()
            .iter()
            .filter_map(|key| std::str::from_utf8(key).ok())
            .filter(|key| is_of_a_bucket(key))
            .collect();
        for (key, own) in self.standing.own.all() {
            if own.stood && !attached.contains(&key.as_str()) {
                tracing::warn!(key, "our record was deleted; it is registered again");
                self.connection.put(key.clone(), own.value, lease.id).await?;
                if !self.standing.own.contains(&key) {
                    self.connection.delete(key).await?;
                }
            }
        }
        for key in attached {
            if !self.standing.own.contains(key) {
                self.connection.delete(key.to_owned()).await?;
            }
        }
        Ok(())
    }

    /// Takes a new lease, however long that takes; `None` when it is stopped meanwhile.
    async fn regain(&self) -> Option<Lease> {
        let jitter = JITTER.min(self.options.lease_ttl / 10).mul_f64(fastrand::f64());
        let mut back_off: BackOff = self.options.back_off();
        let mut wait = jitter;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return None,
                () = sleep(wait) => {}
            }
            let granted = tokio::select! {
                () = self.stop.cancelled() => return None,
                granted = Lease::grant(&self.connection, &self.options) => granted,
            };
            match granted {
                Ok(lease) => {
                    self.standing.reachability.works(Part::Lease);
                    return Some(lease);
                }
                Err(failure) => {
                    self.standing.reachability.failed(Part::Lease, &failure);
                    wait = back_off.wait();
                }
            }
        }
    }

    async fn revoke(&self, lease: Lease) {
        let revoked = self
            .connection
            .ask(|mut client| async move { client.lease_revoke(lease.id).await });
        let revoked = match self.standing.reachability.condition() {
            Condition::Connected => revoked.await,
            Condition::Degraded => tokio::time::timeout(FAREWELL, revoked)
                .await
                .unwrap_or_else(|_| Err(Failure::timed_out(FAREWELL))),
        };
        match revoked {
            Ok(_) => {}
            Err(failure) if failure.kind == FailureKind::NoLease => {}
            Err(failure) => tracing::warn!(
                etcd = self.options.location(),
                reason = failure.reason,
                "the lease could not be given back; it ends by itself after {} s",
                lease.ttl.as_secs()
            ),
        }
    }
}

/// Resolves when the stream of renewals ends. Nothing comes in it that was not asked for.
async fn broken(stream: &mut Option<Stream>) {
    match stream {
        Some((_, answers)) => while let Ok(Some(_)) = answers.message().await {},
        None => std::future::pending().await,
    }
}

fn gone() -> Failure {
    Failure {
        kind: FailureKind::NoLease,
        reason: "etcd does not know it any more: it expired, was revoked, or etcd's data was wiped".to_owned(),
    }
}

/// Resolves when the time has passed on the clock that runs on while the machine sleeps, or on the other.
async fn passed(time: Duration, slice: Duration) {
    let (steady, wall) = (Instant::now(), SystemTime::now());
    loop {
        // An error is a clock that was set back.
        let gone = steady.elapsed().max(wall.elapsed().unwrap_or_default());
        let left = time.saturating_sub(gone);
        if left.is_zero() {
            return;
        }
        sleep(left.min(slice)).await;
    }
}
