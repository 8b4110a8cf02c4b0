use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::{Notify, OnceCell, watch},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    EtcdOptions,
    entry_view::EntryView,
    joining::join,
    lease_keeper::{LeaseKeeper, Standing},
    own_records::OwnRecords,
    reachability::{Part, Reachability},
    record_key::{RecordKey, prefix_of},
    record_view::RecordView,
    view::View,
    watcher::{Sight, Watcher},
};
use crate::{
    Error, ErrorCode, Result,
    discovery::{
        BoxFuture, Bucket, Condition, Discovery, DiscoveryMetrics, Entries, Instance, Instances, Membership,
        record::encode,
        registration::{check_registration, closed},
    },
    etcd::{ConnectionPlan, EtcdConnection, Failure, FailureKind},
};

/// How long somebody who has registered waits for the own watch to show it.
const SHOW: Duration = Duration::from_secs(1);

/// Between attempts to write a record.
const PAUSE: Duration = Duration::from_millis(200);

/// One process's membership through etcd. Dropping it gives the lease back, and with it every record.
pub struct EtcdDiscovery {
    options: EtcdOptions,
    plan: ConnectionPlan,
    records: EtcdConnection,
    standing: Arc<Standing>,
    instances: Watching<Instances>,
    /// By [`Bucket`].
    entries: [Watching<Entries>; Bucket::ALL.len()],
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// The watch of one bucket, which begins when somebody asks.
struct Watching<S> {
    sight: Arc<Sight<S>>,
    begun: OnceCell<()>,
}

impl<S: Default> Default for Watching<S> {
    fn default() -> Self {
        Self {
            sight: Arc::default(),
            begun: OnceCell::new(),
        }
    }
}

impl EtcdDiscovery {
    /// Connects and takes a lease, whose id is the instance id. Tries for as long as the options say.
    ///
    /// Fails with `discovery` when etcd was not reached, `permission_denied` when it does not want us or is not
    /// trusted, and `invalid_argument` for options that will not do.
    pub async fn connect(options: EtcdOptions) -> Result<Self> {
        let plan = EtcdConnection::plan(&options)?;
        let joined = join(&plan, &options).await?;
        let metrics = DiscoveryMetrics::new()?;
        let standing = Arc::new(Standing {
            membership: watch::Sender::new(Membership {
                id: joined.lease.instance_id(),
                held: true,
            }),
            own: OwnRecords::default(),
            reachability: Reachability::new(options.location(), metrics.clone()),
            metrics,
            doubt: Notify::new(),
        });
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let keeper = LeaseKeeper {
            connection: joined.lease_connection,
            options: options.clone(),
            standing: Arc::clone(&standing),
            stop: stop.clone(),
        };
        tasks.spawn(keeper.run(joined.lease));
        Ok(Self {
            options,
            plan,
            records: joined.records,
            standing,
            instances: Watching::default(),
            entries: Bucket::ALL.map(|_| Watching::default()),
            stop,
            tasks,
        })
    }

    async fn put(&self, instance: Instance) -> Result<()> {
        if self.standing.own.is_closed() {
            return Err(closed(self));
        }
        let lease = self.wait_for_lease().await?;
        check_registration(self, &instance)?;
        let revision = self
            .keep(RecordKey::of(&instance).to_string(), encode(&instance)?, lease)
            .await?;
        self.wait_for_sight(&self.instances, revision).await;
        Ok(())
    }

    async fn put_into(&self, bucket: Bucket, key: String, value: Vec<u8>) -> Result<()> {
        if self.standing.own.is_closed() {
            return Err(closed(self));
        }
        let lease = self.wait_for_lease().await?;
        let revision = self.keep(format!("{}{key}", prefix_of(bucket)), value, lease).await?;
        self.wait_for_sight(&self.entries[bucket as usize], revision).await;
        Ok(())
    }

    /// Writes a record and keeps it there; returns its revision.
    async fn keep(&self, key: String, value: Vec<u8>, lease: i64) -> Result<i64> {
        let before = self
            .standing
            .own
            .insert(key.clone(), value.clone())
            .map_err(|_| closed(self))?;
        let written = self.write(|| self.records.put(key.clone(), value.clone(), lease)).await;
        match written {
            Ok(revision) => {
                self.standing.own.stands(&key);
                Ok(revision)
            }
            Err(failure) => {
                self.standing.own.restore(&key, before);
                if failure.kind == FailureKind::NoLease {
                    self.standing.doubt.notify_one();
                    // Whoever registers again then does it under the next id.
                    let mut membership = self.standing.membership.subscribe();
                    let next = membership.wait_for(|now| now.held && now.id.cast_signed() != lease);
                    let _late = timeout(self.options.request_timeout, next).await;
                }
                Err(failure.into_error(&self.location()))
            }
        }
    }

    async fn take_away<S>(&self, key: String, watching: &Watching<S>) -> Result<()> {
        if !self.standing.own.remove(&key) {
            return Ok(());
        }
        let deleted = self
            .write(|| self.records.delete(key.clone()))
            .await
            .map_err(|failure| failure.into_error(&self.location()))?;
        if let Some(revision) = deleted {
            self.wait_for_sight(watching, revision).await;
        }
        Ok(())
    }

    /// Writes something that may be written twice, for as long as a request may take in all.
    async fn write<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let since = Instant::now();
        loop {
            let failure = match attempt().await {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            let left = self.options.request_timeout.saturating_sub(since.elapsed());
            if failure.kind != FailureKind::Unreachable || left <= PAUSE || self.stop.is_cancelled() {
                return Err(failure);
            }
            sleep(PAUSE).await;
        }
    }

    /// The lease that records are bound to now.
    async fn wait_for_lease(&self) -> Result<i64> {
        let mut membership = self.standing.membership.subscribe();
        let held = timeout(
            self.options.request_timeout,
            membership.wait_for(|membership| membership.held),
        )
        .await;
        match held {
            Ok(Ok(membership)) => Ok(membership.id.cast_signed()),
            _ => Err(Error::new(
                ErrorCode::Discovery,
                format!(
                    "etcd at {}: the lease was lost, and there is no other one after {} ms; it is tried on",
                    self.location(),
                    self.options.request_timeout.as_millis()
                ),
            )),
        }
    }

    /// Waits until the own watch shows what was written, so that a caller finds itself in the next snapshot.
    async fn wait_for_sight<S>(&self, watching: &Watching<S>, revision: i64) {
        if !watching.begun.initialized() || self.condition() == Condition::Degraded {
            return;
        }
        let mut shown = watching.sight.revision.subscribe();
        let _late = timeout(
            SHOW,
            shown.wait_for(|shown| shown.is_some_and(|shown| shown >= revision)),
        )
        .await;
    }

    async fn start_watching<V: View>(&self, view: V, sight: &Arc<Sight<V::Snapshot>>, part: Part) {
        let watcher = Watcher {
            plan: self.plan.clone(),
            options: self.options.clone(),
            standing: Arc::clone(&self.standing),
            sight: Arc::clone(sight),
            part,
            stop: self.stop.clone(),
        };
        self.tasks.spawn(watcher.run(view));
    }

    async fn first_sight<V: View>(
        &self,
        watching: &Watching<V::Snapshot>,
        view: V,
        part: Part,
    ) -> Result<watch::Receiver<V::Snapshot>> {
        if self.standing.own.is_closed() {
            return Err(closed(self));
        }
        let Watching { sight, begun } = watching;
        begun.get_or_init(|| self.start_watching(view, sight, part)).await;
        let mut shown = sight.revision.subscribe();
        match timeout(self.options.request_timeout, shown.wait_for(Option::is_some)).await {
            Ok(Ok(_)) => Ok(sight.snapshot.subscribe()),
            _ => {
                let last = sight.last_failure.lock().clone();
                let failure = last.unwrap_or_else(|| Failure::timed_out(self.options.request_timeout));
                Err(failure.into_error(&self.location()))
            }
        }
    }
}

impl Discovery for EtcdDiscovery {
    fn backend(&self) -> &'static str {
        "etcd"
    }

    fn location(&self) -> String {
        self.options.location()
    }

    fn connection_id(&self) -> u64 {
        self.standing.membership.borrow().id
    }

    fn membership(&self) -> Option<watch::Receiver<Membership>> {
        Some(self.standing.membership.subscribe())
    }

    fn condition(&self) -> Condition {
        self.standing.reachability.condition()
    }

    fn metrics(&self) -> Option<&DiscoveryMetrics> {
        Some(&self.standing.metrics)
    }

    fn register<'a>(&'a self, instance: Instance) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.put(instance))
    }

    fn unregister<'a>(
        &'a self,
        namespace: &'a str,
        component: &'a str,
        endpoint: &'a str,
    ) -> BoxFuture<'a, Result<()>> {
        let key = RecordKey::new(namespace, component, endpoint, self.connection_id());
        Box::pin(self.take_away(key.to_string(), &self.instances))
    }

    fn watch<'a>(&'a self) -> BoxFuture<'a, Result<watch::Receiver<Instances>>> {
        let view = RecordView::new(self.standing.metrics.skipped.clone());
        Box::pin(self.first_sight(&self.instances, view, Part::Watch))
    }

    fn put_entry<'a>(&'a self, bucket: Bucket, key: String, value: Vec<u8>) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.put_into(bucket, key, value))
    }

    fn remove_entry<'a>(&'a self, bucket: Bucket, key: String) -> BoxFuture<'a, Result<()>> {
        let key = format!("{}{key}", prefix_of(bucket));
        Box::pin(self.take_away(key, &self.entries[bucket as usize]))
    }

    fn watch_entries<'a>(&'a self, bucket: Bucket) -> BoxFuture<'a, Result<watch::Receiver<Entries>>> {
        let view = EntryView::new(prefix_of(bucket), self.standing.metrics.skipped.clone());
        let part = match bucket {
            Bucket::EventChannels => Part::WatchOfChannels,
            Bucket::EventSources => Part::WatchOfSources,
            Bucket::Models => Part::WatchOfModels,
        };
        Box::pin(self.first_sight(&self.entries[bucket as usize], view, part))
    }

    fn close<'a>(&'a self) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.standing.own.close();
            self.stop.cancel();
            self.tasks.close();
            self.tasks.wait().await;
        })
    }
}

impl Drop for EtcdDiscovery {
    fn drop(&mut self) {
        self.standing.own.close();
        // The keeper gives the lease back when it hears of it.
        self.stop.cancel();
    }
}
