use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    queue::{Job, PutOptions, Queue},
};
use tokio::sync::Notify;

use crate::queue_action::{QueueAction, QueueDeadPage, QueueInfo, QueueJob, QueuePut, number};

/// The queues that JavaScript has opened and the jobs that it has, by the numbers that JavaScript gave.
#[derive(Default)]
pub struct QueueSession {
    queues: Mutex<FxHashMap<u32, Queue>>,
    jobs: Mutex<FxHashMap<u32, Slot>>,
}

enum Slot {
    /// It is waited for; the wait is given up when this is notified.
    Awaited(Arc<Notify>),
    Held(Job),
}

impl QueueSession {
    /// Makes room for a job, so that it can be given up from then on, whichever task runs first.
    pub fn announce(&self, action: &QueueAction) {
        if let QueueAction::Take { job, .. } = action {
            self.jobs.lock().insert(*job, Slot::Awaited(Arc::default()));
        }
    }

    /// Does what was asked; gives the answer as JSON. A queue that turns out to be deleted is forgotten.
    pub async fn run(&self, runtime: Result<DistributedRuntime>, action: QueueAction) -> Result<Box<RawValue>> {
        let (queue, deletes) = (action.queue(), matches!(action, QueueAction::Delete { .. }));
        let done = self.act(runtime, action).await;
        let is_gone = match &done {
            Ok(_) => deletes,
            Err(error) => error.code == ErrorCode::NotFound,
        };
        if let Some(queue) = queue.filter(|_| is_gone) {
            self.queues.lock().remove(&queue);
        }
        done
    }

    async fn act(&self, runtime: Result<DistributedRuntime>, action: QueueAction) -> Result<Box<RawValue>> {
        match action {
            QueueAction::Open { queue, name, options } => {
                let opened = runtime?.queue(&name, &options.read()?).await?;
                self.queues.lock().insert(queue, opened);
                json(&())
            }
            QueueAction::Put {
                queue,
                id,
                value,
                wait_ms,
            } => {
                let options = PutOptions {
                    id,
                    wait: wait_ms.map(milliseconds),
                };
                let put = self.queue(queue)?.put(value.into_payload()?, options).await?;
                json(&QueuePut::from(put))
            }
            QueueAction::Take {
                queue,
                job,
                wait_ms,
                keep,
            } => self.take(queue, job, wait_ms.map(milliseconds), keep).await,
            QueueAction::GiveBack { job } => {
                let slot = self.jobs.lock().remove(&job);
                match slot {
                    Some(Slot::Awaited(awaited)) => awaited.notify_one(),
                    Some(Slot::Held(job)) => job.give_back().await,
                    None => {}
                }
                json(&())
            }
            QueueAction::Ack { job } => {
                let held = self.job(job)?;
                self.answered(job, held.ack().await)
            }
            QueueAction::Nack { job, delay_ms, error } => {
                let held = self.job(job)?;
                self.answered(job, held.nack(milliseconds(delay_ms), error).await)
            }
            QueueAction::Extend { job } => json(&self.job(job)?.extend().await?),
            QueueAction::Reject { job, reason, error } => {
                let held = self.job(job)?;
                self.answered(job, held.reject(reason.into(), error).await)
            }
            QueueAction::Info { queue } => json(&QueueInfo::from(self.queue(queue)?.info().await?)),
            QueueAction::Dead { queue, after, limit } => {
                let after = number("the letter to go on after", &after)?;
                let page = self.queue(queue)?.dead(after, limit as usize).await?;
                json(&QueueDeadPage::from(page))
            }
            QueueAction::Requeue { queue, letter } => {
                let letter = letter.map(|letter| number("the letter", &letter)).transpose()?;
                json(&self.queue(queue)?.requeue(letter).await?)
            }
            QueueAction::Purge { queue, letter } => {
                let letter = letter.map(|letter| number("the letter", &letter)).transpose()?;
                json(&self.queue(queue)?.purge_dead(letter).await?)
            }
            QueueAction::Delete { queue } => json(&self.queue(queue)?.delete().await?),
        }
    }

    async fn take(&self, queue: u32, number: u32, wait: Option<Duration>, keep: bool) -> Result<Box<RawValue>> {
        let awaited = match self.jobs.lock().get(&number) {
            Some(Slot::Awaited(awaited)) => Arc::clone(awaited),
            Some(Slot::Held(_)) | None => return Err(given_up()),
        };
        let taken = match self.queue(queue) {
            Ok(queue) => tokio::select! {
                taken = queue.take(wait) => taken,
                () = awaited.notified() => Err(given_up()),
            },
            Err(error) => Err(error),
        };
        let given_up_meanwhile = {
            let mut jobs = self.jobs.lock();
            let wanted = jobs.contains_key(&number);
            match &taken {
                Ok(Some(job)) if wanted => {
                    if keep {
                        job.keep();
                    }
                    make_room(&mut jobs);
                    jobs.insert(number, Slot::Held(job.clone()));
                    None
                }
                Ok(Some(job)) => Some(job.clone()),
                Ok(None) | Err(_) => {
                    jobs.remove(&number);
                    None
                }
            }
        };
        if let Some(job) = given_up_meanwhile {
            job.give_back().await;
            return Err(given_up());
        }
        json(&taken?.as_ref().map(QueueJob::from))
    }

    /// A job that got its answer, or can get none any more, is forgotten.
    fn answered(&self, number: u32, answer: Result<()>) -> Result<Box<RawValue>> {
        if answer
            .as_ref()
            .err()
            .is_none_or(|error| error.code == ErrorCode::Conflict)
        {
            self.jobs.lock().remove(&number);
        }
        json(&answer?)
    }

    fn queue(&self, number: u32) -> Result<Queue> {
        self.queues
            .lock()
            .get(&number)
            .cloned()
            .ok_or_else(|| Error::new(ErrorCode::NotFound, "the queue was deleted"))
    }

    fn job(&self, number: u32) -> Result<Job> {
        match self.jobs.lock().get(&number) {
            Some(Slot::Held(job)) => Ok(job.clone()),
            Some(Slot::Awaited(_)) | None => Err(Error::new(
                ErrorCode::Conflict,
                "the job has its answer already, or the time for one was over",
            )),
        }
    }
}

/// Jobs that JavaScript forgot go when their time is over, before the table would grow.
fn make_room(jobs: &mut FxHashMap<u32, Slot>) {
    if jobs.len() == jobs.capacity() {
        jobs.retain(|_, slot| !matches!(slot, Slot::Held(job) if job.is_over()));
    }
}

fn json(value: &impl Serialize) -> Result<Box<RawValue>> {
    to_raw_value(value).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            format!("an answer that cannot be written: {error}"),
        )
    })
}

fn milliseconds(time: u32) -> Duration {
    Duration::from_millis(u64::from(time))
}

fn given_up() -> Error {
    Error::new(ErrorCode::Cancelled, "the wait for a job was given up")
}
