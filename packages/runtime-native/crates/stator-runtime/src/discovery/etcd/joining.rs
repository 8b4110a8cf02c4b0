use std::time::{Duration, Instant};

use etcd_client::GetOptions;

use super::{EtcdOptions, record_key::PREFIX};
use crate::{
    Result,
    etcd::{BackOff, ConnectionPlan, EtcdConnection, Failure, FailureKind},
};

/// Between attempts at the start: from, to.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// When so many connections in a row were taken and cut off, only one of the two sides speaks TLS.
const CUT_OFF: u32 = 3;

/// A lease as etcd granted it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    pub(super) id: i64,
    pub(super) ttl: Duration,
}

impl Lease {
    /// The lease's id is the instance id of everything that is bound to it.
    pub(super) fn instance_id(self) -> u64 {
        self.id.cast_unsigned()
    }

    pub(super) async fn grant(connection: &EtcdConnection, options: &EtcdOptions) -> Result<Self, Failure> {
        let seconds = options.ttl_seconds();
        let granted = connection
            .ask(|mut client| async move { client.lease_grant(seconds, None).await })
            .await?;
        if granted.id() <= 0 || granted.ttl() <= 0 {
            return Err(Failure::unreachable(format!(
                "a lease that makes no sense was granted: id {}, {} s",
                granted.id(),
                granted.ttl()
            )));
        }
        Ok(Self {
            id: granted.id(),
            ttl: Duration::from_secs(granted.ttl().unsigned_abs()),
        })
    }
}

/// What a process has when it has joined.
pub(super) struct Joined {
    /// For registering.
    pub(super) records: EtcdConnection,
    /// For the lease alone.
    pub(super) lease_connection: EtcdConnection,
    pub(super) lease: Lease,
}

/// Connects and takes a lease, again and again for as long as the options say. What cannot get better fails at once.
pub(super) async fn join(plan: &ConnectionPlan, options: &EtcdOptions) -> Result<Joined> {
    let location = options.location();
    let since = Instant::now();
    let mut back_off = BackOff::new(WAITS.0, WAITS.1);
    let mut failed = 0_u32;
    let mut cut = 0_u32;
    loop {
        let mut failure = match attempt(plan, options).await {
            Ok(joined) => {
                if failed > 0 {
                    tracing::warn!(
                        etcd = location,
                        seconds = since.elapsed().as_secs_f64(),
                        "etcd is reached"
                    );
                }
                let (asked, got) = (options.ttl_seconds().unsigned_abs(), joined.lease.ttl.as_secs());
                if asked != got {
                    tracing::warn!(
                        asked,
                        got,
                        "etcd granted a lease of another time to live, in seconds (ETCD_LEASE_TTL)"
                    );
                }
                return Ok(joined);
            }
            Err(failure) => failure,
        };
        failed += 1;
        cut = if was_cut_off(&failure) { cut + 1 } else { 0 };
        if cut >= CUT_OFF {
            failure.kind = FailureKind::Untrusted;
        }
        let left = options.startup_timeout.saturating_sub(since.elapsed());
        if failure.is_final() || left.is_zero() {
            let reason = format!("{} ({failed} attempts in {:.1?})", failure.reason, since.elapsed());
            let failure = Failure { reason, ..failure };
            return Err(failure.into_error(&location));
        }
        let wait = back_off.wait().min(left);
        tracing::warn!(
            etcd = location,
            reason = failure.reason,
            "etcd is not reached yet; trying again in {:.1} s, for {:.0} s more at the most \
             (ETCD_STARTUP_CONNECT_TIMEOUT_SECONDS)",
            wait.as_secs_f64(),
            left.as_secs_f64()
        );
        tokio::time::sleep(wait).await;
    }
}

async fn attempt(plan: &ConnectionPlan, options: &EtcdOptions) -> Result<Joined, Failure> {
    let records = plan.open().await?;
    // A lease is granted to anybody; whether we may read shows here.
    records
        .ask_records(PREFIX.into(), GetOptions::new().with_prefix().with_count_only())
        .await?;
    let lease_connection = plan.open().await?;
    let lease = Lease::grant(&lease_connection, options).await?;
    Ok(Joined {
        records,
        lease_connection,
        lease,
    })
}

/// Whether somebody took the connection and ended it without a word of HTTP/2, or of TLS.
fn was_cut_off(failure: &Failure) -> bool {
    failure.reason.contains("connection error: ") || failure.reason.contains("tls handshake eof")
}
