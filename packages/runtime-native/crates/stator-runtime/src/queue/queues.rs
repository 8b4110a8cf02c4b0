use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use parking_lot::Mutex;
use tokio::{
    sync::OnceCell,
    time::{Instant, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Broker, Job, NatsBroker, Queue, QueueMetrics, QueueOptions,
    front::stopped,
    job::WeakJob,
    limits::{check_name, check_options},
    memory::{MemoryBroker, MemoryQueues},
};
use crate::{Error, Result, nats::NatsOptions};

/// Where queues are.
#[derive(Debug, Clone)]
pub enum QueueConfig {
    /// In this process; [`MemoryQueues::process`] is what its runtimes share by default.
    Memory(MemoryQueues),
    /// In the JetStream of a NATS.
    Nats(NatsOptions),
}

/// The queues of a runtime. The back end is connected to when it is needed first.
pub struct Queues {
    config: QueueConfig,
    broker: OnceCell<Arc<dyn Broker>>,
    shared: Arc<Shared>,
}

/// What all queues of a runtime have in common.
pub(super) struct Shared {
    pub(super) metrics: QueueMetrics,
    /// Nothing is taken any more.
    stopping: CancellationToken,
    /// Nothing happens any more.
    closed: CancellationToken,
    /// One task for each job whose time is extended by itself.
    kept: TaskTracker,
    /// Jobs that somebody has.
    jobs: Mutex<Vec<WeakJob>>,
}

/// For giving back when the runtime closes, where there is no more time; what does not get there comes again by itself.
const LAST_WORDS: Duration = Duration::from_secs(1);

impl Queues {
    /// Nothing is connected to yet.
    pub fn new(config: QueueConfig, metrics: QueueMetrics) -> Self {
        Self {
            config,
            broker: OnceCell::new(),
            shared: Arc::new(Shared {
                metrics,
                stopping: CancellationToken::new(),
                closed: CancellationToken::new(),
                kept: TaskTracker::new(),
                jobs: Mutex::default(),
            }),
        }
    }

    /// The queue of that name; it is made if there is none.
    ///
    /// Fails with `invalid_argument`, with `conflict` when there is one with other settings than the options name, and with
    /// `unavailable` or `permission_denied` when the back end cannot be used.
    pub async fn open(&self, name: &str, options: &QueueOptions) -> Result<Queue> {
        check_name(name)?;
        check_options(options)?;
        if self.shared.stopping.is_cancelled() {
            return Err(stopped());
        }
        let broker = self.broker.get_or_try_init(|| async {
            Ok::<_, Error>(match &self.config {
                QueueConfig::Memory(queues) => Arc::new(MemoryBroker::new(queues.clone())) as Arc<dyn Broker>,
                QueueConfig::Nats(options) => Arc::new(NatsBroker::connect(options).await?),
            })
        });
        let opening = async { broker.await?.open(name, options).await };
        let store = tokio::select! {
            store = opening => store?,
            () = self.shared.stopping.cancelled() => return Err(stopped()),
        };
        Ok(Queue::new(name, store, Arc::clone(&self.shared)))
    }

    pub fn metrics(&self) -> &QueueMetrics {
        &self.shared.metrics
    }

    /// Nothing is taken any more; what was taken can be answered.
    pub fn stop_taking(&self) {
        self.shared.stopping.cancel();
    }

    /// Waits, at most so long, for the jobs whose time is extended by itself, as those of a worker are. Then gives back
    /// what has no answer, and disconnects.
    pub async fn close(&self, budget: Duration) {
        let shared = &self.shared;
        let since = Instant::now();
        self.stop_taking();
        shared.kept.close();
        let _ = timeout(budget, shared.kept.wait()).await;
        let jobs: Vec<Job> = shared.jobs.lock().drain(..).filter_map(|job| job.upgrade()).collect();
        let given_back = join_all(jobs.iter().map(Job::give_back));
        let left = budget.saturating_sub(since.elapsed());
        let _ = timeout(left.max(LAST_WORDS), given_back).await;
        shared.closed.cancel();
        if let Some(broker) = self.broker.get() {
            broker.close().await;
        }
    }
}

impl Shared {
    pub(super) async fn stopping(&self) {
        self.stopping.cancelled().await;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.is_cancelled()
    }

    /// Does something for a job that somebody works on. A shutdown waits for it.
    pub(super) fn keep(&self, work: impl Future<Output = ()> + Send + 'static) {
        let closed = self.closed.clone();
        self.kept.spawn(async move {
            tokio::select! {
                () = work => {}
                () = closed.cancelled() => {}
            }
        });
    }

    pub(super) fn remember(&self, job: &Job) {
        let mut jobs = self.jobs.lock();
        // Amortised: those that are over go before the list would grow.
        if jobs.len() == jobs.capacity() {
            jobs.retain(|job| job.upgrade().is_some_and(|job| !job.is_over()));
        }
        jobs.push(job.downgrade());
    }
}
