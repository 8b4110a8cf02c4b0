use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    DeadPage, DeadReason, Death, Info, Job, NewJob, QueueSettings, Settle, Store, Stored, Taken,
    limits::{MAX_PUT_WAIT, check_id, check_page},
    queues::Shared,
};
use crate::{Error, ErrorCode, Result, payload::Payload};

/// A queue as applications have it. Cheap to clone.
#[derive(Clone)]
pub struct Queue(Arc<Inner>);

struct Inner {
    name: String,
    store: Arc<dyn Store>,
    shared: Arc<Shared>,
}

/// How to put a job.
#[derive(Debug, Clone, Default)]
pub struct PutOptions {
    /// A job whose id was put already, within the window of the queue, is not kept again. Without one it gets its own.
    pub id: Option<String>,
    /// How long to try while the back end is away; 10 s unless it is given.
    pub wait: Option<Duration>,
}

/// What became of a put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    pub id: String,
    pub duplicate: bool,
}

const PUT_WAIT: Duration = Duration::from_secs(10);
/// Dead letters that are moved at once when all of them are.
const PAGE: usize = 100;

impl Queue {
    pub(super) fn new(name: &str, store: Arc<dyn Store>, shared: Arc<Shared>) -> Self {
        Self(Arc::new(Inner {
            name: name.to_owned(),
            store,
            shared,
        }))
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub fn settings(&self) -> &QueueSettings {
        self.0.store.settings()
    }

    /// Resolves once the job is kept.
    ///
    /// Fails with `overloaded` when the queue is full, `payload_too_large`, `unavailable` when the back end was not
    /// reached, and `unknown_outcome` when it was lost after it may have kept the job: put it again with the same id.
    pub async fn put(&self, payload: Payload, options: PutOptions) -> Result<Put> {
        let id = match options.id {
            Some(id) => {
                check_id(&id)?;
                id
            }
            None => fresh_id()?,
        };
        let until = Instant::now() + options.wait.unwrap_or(PUT_WAIT).min(MAX_PUT_WAIT);
        self.check_open()?;
        let job = NewJob {
            id: id.clone(),
            payload,
            until,
        };
        let Stored { duplicate } = self.0.store.put(job).await?;
        self.count("put");
        Ok(Put { id, duplicate })
    }

    /// The next job; waits until there is one, or as long as it says. May be dropped: nothing is lost.
    ///
    /// Fails with `shutting_down`, `not_found` when the queue was deleted, `permission_denied`. A back end that is away is
    /// waited for.
    pub async fn take(&self, wait: Option<Duration>) -> Result<Option<Job>> {
        let until = wait.and_then(|wait| Instant::now().checked_add(wait));
        loop {
            let taken = tokio::select! {
                biased;
                () = self.0.shared.stopping() => return Err(stopped()),
                taken = self.0.store.take(until) => taken?,
            };
            let Some(taken) = taken else {
                return Ok(None);
            };
            if taken.deliveries > self.settings().max_deliveries {
                self.give_up(&taken).await;
                continue;
            }
            self.count("taken");
            let job = Job::new(self.clone(), taken);
            self.0.shared.remember(&job);
            return Ok(Some(job));
        }
    }

    pub async fn info(&self) -> Result<Info> {
        self.check_open()?;
        self.0.store.info().await
    }

    /// Dead letters in the order of their deaths, those whose number is larger than `after`.
    pub async fn dead(&self, after: u64, limit: usize) -> Result<DeadPage> {
        check_page(limit)?;
        self.check_open()?;
        self.0.store.dead(after, limit).await
    }

    /// Puts a dead letter back, or all that are there now, as jobs that were never delivered; gives how many.
    pub async fn requeue(&self, number: Option<u64>) -> Result<u64> {
        self.check_open()?;
        if let Some(number) = number {
            return Ok(u64::from(self.0.store.requeue(number).await?));
        }
        // What dies again meanwhile comes after these, and stays.
        let mut left = self.0.store.info().await?.dead;
        let (mut after, mut count) = (0, 0);
        while left > 0 {
            let page = self.0.store.dead(after, PAGE).await?;
            for letter in page.letters.iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
                count += u64::from(self.0.store.requeue(letter.number).await?);
                after = letter.number;
            }
            left = left.saturating_sub(page.letters.len() as u64);
            if !page.more {
                break;
            }
        }
        Ok(count)
    }

    /// Removes a dead letter, or all; gives how many.
    pub async fn purge_dead(&self, number: Option<u64>) -> Result<u64> {
        self.check_open()?;
        self.0.store.purge_dead(number).await
    }

    /// Removes the queue with everything in it. Whoever takes from it hears `not_found`.
    pub async fn delete(&self) -> Result<()> {
        self.check_open()?;
        self.0.store.delete().await
    }

    pub(super) fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    pub(super) fn count(&self, what: &str) {
        self.0.shared.metrics.count(&self.0.name, what);
    }

    pub(super) fn keep(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.shared.keep(work);
    }

    /// Makes a dead letter of a job, or drops it where there are none.
    pub(super) async fn bury(&self, taken: &Taken, death: Death) -> Result<()> {
        let reason = death.reason;
        if self.settings().dead_letter {
            self.0.store.bury(taken, death).await?;
        } else {
            self.0.store.settle(&taken.receipt, Settle::Ack).await?;
        }
        self.0.shared.metrics.buried(&self.0.name, reason);
        tracing::warn!(
            queue = self.0.name,
            job = taken.id,
            deliveries = taken.deliveries,
            reason = reason.as_str(),
            kept = self.settings().dead_letter,
            "a job was given up"
        );
        Ok(())
    }

    /// Nobody answered its last delivery.
    async fn give_up(&self, taken: &Taken) {
        let death = Death {
            reason: DeadReason::MaxDeliveries,
            error: None,
        };
        if let Err(error) = self.bury(taken, death).await {
            tracing::warn!(
                %error,
                queue = self.0.name,
                job = taken.id,
                "a job that was delivered too often stays in its queue for now"
            );
            let later = Settle::Nack(self.settings().ack_wait);
            let _ = self.0.store.settle(&taken.receipt, later).await;
        }
    }

    fn check_open(&self) -> Result<()> {
        if self.0.shared.is_closed() {
            Err(stopped())
        } else {
            Ok(())
        }
    }
}

fn fresh_id() -> Result<String> {
    let bits = || {
        getrandom::u64().map_err(|error| {
            Error::new(
                ErrorCode::Internal,
                format!("the system gives no random numbers: {error}"),
            )
        })
    };
    Ok(format!("{:016x}{:016x}", bits()?, bits()?))
}

pub(super) fn stopped() -> Error {
    Error::new(
        ErrorCode::ShuttingDown,
        "the queues were closed, as this runtime is shutting down",
    )
}
