use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use etcd_client::{EventType, GetOptions, KeyValue, WatchOptions, WatchResponse, WatchStream};
use parking_lot::Mutex;
use tokio::{
    sync::watch,
    time::{sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{EtcdOptions, lease_keeper::Standing, reachability::Part, view::View};
use crate::etcd::{BackOff, ConnectionPlan, EtcdConnection, Failure, FailureKind, watch_cancelled};

/// Records that one request reads.
const PAGE: i64 = 1000;

/// Snapshots are not made more often than this, however fast records change.
const PACE: Duration = Duration::from_millis(10);

/// What watching tells the rest.
pub(super) struct Sight<S> {
    pub(super) snapshot: watch::Sender<S>,
    /// The revision that the snapshot has; `None` before the first one.
    pub(super) revision: watch::Sender<Option<i64>>,
    /// Why the last attempt ended.
    pub(super) last_failure: Mutex<Option<Failure>>,
}

impl<S: Default> Default for Sight<S> {
    fn default() -> Self {
        Self {
            snapshot: watch::Sender::new(S::default()),
            revision: watch::Sender::new(None),
            last_failure: Mutex::default(),
        }
    }
}

/// Keeps a view of every record of a bucket: reads them all, follows the changes, and begins again after a gap.
pub(super) struct Watcher<V: View> {
    pub(super) plan: ConnectionPlan,
    pub(super) options: EtcdOptions,
    pub(super) standing: Arc<Standing>,
    pub(super) sight: Arc<Sight<V::Snapshot>>,
    /// As whose failure one of the watch counts.
    pub(super) part: Part,
    pub(super) stop: CancellationToken,
}

/// The view on its way into snapshots.
struct Current<V> {
    view: V,
    revision: i64,
    /// It has changed since the last snapshot, which was made then.
    changed: bool,
    made: Option<Instant>,
}

impl<V: View> Watcher<V> {
    pub(super) async fn run(self, view: V) {
        let mut current = Current {
            view,
            revision: 0,
            changed: false,
            made: None,
        };
        let mut back_off = self.options.back_off();
        let mut connection = None;
        loop {
            let failure = tokio::select! {
                () = self.stop.cancelled() => return,
                failure = self.follow(&mut connection, &mut current, &mut back_off) => failure,
            };
            if failure.kind == FailureKind::Compacted {
                tracing::info!(
                    reason = failure.reason,
                    "the watch fell behind; every record is read again"
                );
            } else {
                self.standing.reachability.failed(self.part, &failure);
            }
            let wait = back_off.wait();
            let denied = failure.kind == FailureKind::Denied;
            *self.sight.last_failure.lock() = Some(failure);
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = sleep(wait) => {}
            }
            if denied && let Some(connection) = &connection {
                // A token that etcd has forgotten looks like a missing right; the next attempt shows whether it was that.
                let _ = connection.authenticate().await;
            }
        }
    }

    /// Reads everything and follows what changes, until that fails.
    async fn follow(
        &self,
        connection: &mut Option<EtcdConnection>,
        current: &mut Current<V>,
        back_off: &mut BackOff,
    ) -> Failure {
        match self.try_follow(connection, current, back_off).await {
            Err(failure) => failure,
            Ok(never) => match never {},
        }
    }

    async fn try_follow(
        &self,
        connection: &mut Option<EtcdConnection>,
        current: &mut Current<V>,
        back_off: &mut BackOff,
    ) -> Result<std::convert::Infallible, Failure> {
        let connection = match connection {
            Some(connection) => connection,
            None => connection.insert(self.plan.open().await?),
        };
        let (records, revision) = read_all(connection, current.view.prefix()).await?;
        self.standing.metrics.resyncs.inc();
        current.changed |= current.view.replace(&records);
        current.revision = revision;
        self.show(current);
        let mut stream = watch_from(connection, current.view.prefix(), revision + 1).await?;
        self.standing.reachability.works(self.part);
        loop {
            let due = current.made.map_or_else(Instant::now, |made| made + PACE);
            let answer = tokio::select! {
                answer = stream.message() => answer?,
                () = sleep_until(due.into()), if current.changed => {
                    self.show(current);
                    continue;
                }
            };
            let answer = answer.ok_or_else(|| Failure::unreachable("etcd has ended the watch"))?;
            if let Some(failure) = watch_cancelled(&answer) {
                return Err(failure);
            }
            back_off.reset();
            self.take(current, &answer);
            if !current.changed {
                self.sight.revision.send_replace(Some(current.revision));
            }
        }
    }

    fn take(&self, current: &mut Current<V>, answer: &WatchResponse) {
        for event in answer.events() {
            let Some(record) = event.kv() else { continue };
            current.revision = current.revision.max(record.mod_revision());
            match event.event_type() {
                EventType::Put => current.changed |= current.view.put(record),
                EventType::Delete => {
                    if !current.view.delete(record.key()) {
                        continue;
                    }
                    current.changed = true;
                    let ours = std::str::from_utf8(record.key()).is_ok_and(|key| self.standing.own.contains(key));
                    if ours {
                        self.standing.doubt.notify_one();
                    }
                }
            }
        }
    }

    /// Makes a snapshot of the view, if it has changed, and says up to where it goes.
    fn show(&self, current: &mut Current<V>) {
        if std::mem::take(&mut current.changed) {
            self.sight.snapshot.send_replace(current.view.snapshot());
            current.made = Some(Instant::now());
        }
        self.sight.revision.send_replace(Some(current.revision));
    }
}

/// Every record of the bucket, and the revision at which they stood there.
async fn read_all(connection: &EtcdConnection, prefix: &str) -> Result<(Vec<KeyValue>, i64), Failure> {
    let mut records: Vec<KeyValue> = Vec::new();
    let mut from = prefix.as_bytes().to_vec();
    let mut revision = 0;
    loop {
        let options = GetOptions::new()
            .with_range(end_of(prefix))
            .with_limit(PAGE)
            .with_revision(revision);
        let mut page = connection.ask_records(from, options).await?;
        if revision == 0 {
            revision = page.header().map(etcd_client::ResponseHeader::revision).unwrap_or(0);
        }
        let more = page.more();
        records.append(&mut page.take_kvs());
        match records.last() {
            Some(last) if more => {
                // The first key after it.
                from = [last.key(), &[0]].concat();
            }
            _ => return Ok((records, revision)),
        }
    }
}

async fn watch_from(connection: &EtcdConnection, prefix: &str, revision: i64) -> Result<WatchStream, Failure> {
    let options = WatchOptions::new()
        .with_range(end_of(prefix))
        .with_start_revision(revision)
        .with_fragment();
    let mut client = connection.watch_client();
    connection.wait(client.watch(prefix, Some(options))).await
}

/// The end of the keys with that prefix: the prefix with its last byte, a slash, one higher.
fn end_of(prefix: &str) -> String {
    format!("{}0", prefix.trim_end_matches('/'))
}
