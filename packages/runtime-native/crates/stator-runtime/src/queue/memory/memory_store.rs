use std::{pin::pin, sync::Arc};

use parking_lot::Mutex;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{memory_broker::MemoryQueues, state::State};
use crate::{
    Result,
    discovery::BoxFuture,
    queue::{DeadPage, Death, Info, NewJob, QueueSettings, Receipt, Settle, Store, Stored, Taken},
};

/// One queue, as all who opened it share it.
pub(super) struct Shared {
    pub(super) name: String,
    pub(super) settings: QueueSettings,
    state: Mutex<State>,
    /// There may be a job to take.
    changed: Notify,
}

impl Shared {
    pub(super) fn new(name: &str, settings: QueueSettings) -> Self {
        Self {
            name: name.to_owned(),
            state: Mutex::new(State::new(name, settings.clone())),
            settings,
            changed: Notify::new(),
        }
    }

    /// Does something at once; whoever waits for a job looks again.
    fn change<T>(&self, work: impl FnOnce(&mut State, Instant) -> Result<T>) -> Result<T> {
        let done = work(&mut self.state.lock(), Instant::now());
        self.changed.notify_waiters();
        done
    }

    fn look<T>(&self, work: impl FnOnce(&mut State, Instant) -> Result<T>) -> Result<T> {
        work(&mut self.state.lock(), Instant::now())
    }

    async fn take(&self, until: Option<Instant>) -> Result<Option<Taken>> {
        loop {
            let mut changed = pin!(self.changed.notified());
            // From here on no change is missed.
            changed.as_mut().enable();
            let (taken, next) = self.look(|state, now| Ok((state.take(now)?, state.next_due())))?;
            if taken.is_some() {
                return Ok(taken);
            }
            if until.is_some_and(|until| until <= Instant::now()) {
                return Ok(None);
            }
            match next.into_iter().chain(until).min() {
                Some(wake) => tokio::select! {
                    () = changed => {}
                    () = sleep_until(wake) => {}
                },
                None => changed.await,
            }
        }
    }
}

/// A queue in memory.
pub(super) struct MemoryStore {
    pub(super) shared: Arc<Shared>,
    pub(super) queues: MemoryQueues,
}

impl Store for MemoryStore {
    fn settings(&self) -> &QueueSettings {
        &self.shared.settings
    }

    fn put<'a>(&'a self, job: NewJob) -> BoxFuture<'a, Result<Stored>> {
        Box::pin(async move { self.shared.change(|state, now| state.put(job, now)) })
    }

    fn take<'a>(&'a self, until: Option<Instant>) -> BoxFuture<'a, Result<Option<Taken>>> {
        Box::pin(self.shared.take(until))
    }

    fn settle<'a>(&'a self, receipt: &'a Receipt, how: Settle) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { self.shared.change(|state, now| state.settle(receipt, how, now)) })
    }

    fn bury<'a>(&'a self, taken: &'a Taken, death: Death) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { self.shared.change(|state, now| state.bury(taken, death, now)) })
    }

    fn info<'a>(&'a self) -> BoxFuture<'a, Result<Info>> {
        Box::pin(async move { self.shared.look(State::info) })
    }

    fn dead<'a>(&'a self, after: u64, limit: usize) -> BoxFuture<'a, Result<DeadPage>> {
        Box::pin(async move { self.shared.look(|state, _| state.dead(after, limit)) })
    }

    fn requeue<'a>(&'a self, number: u64) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move { self.shared.change(|state, now| state.requeue(number, now)) })
    }

    fn purge_dead<'a>(&'a self, number: Option<u64>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async move { self.shared.change(|state, _| state.purge_dead(number)) })
    }

    fn delete<'a>(&'a self) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.queues.remove(&self.shared);
            self.shared.change(|state, _| {
                state.delete();
                Ok(())
            })
        })
    }
}
