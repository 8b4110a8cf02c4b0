use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use parking_lot::Mutex;
use tokio::{
    sync::{MutexGuard, Notify},
    time::{Instant, sleep_until},
};

use super::{
    DeadReason, Death, Queue, Receipt, Settle, Taken,
    limits::{check_delay, cut},
};
use crate::{Error, ErrorCode, Result, payload::Payload};

/// A job that was taken. It comes again, for somebody else, unless it is answered in time.
#[derive(Clone)]
pub struct Job(Arc<Inner>);

struct Inner {
    queue: Queue,
    taken: Taken,
    /// Until when an answer counts.
    due: Mutex<Instant>,
    /// One answer at a time: an extension under way ends before an acknowledgement begins.
    turn: tokio::sync::Mutex<()>,
    settled: AtomicBool,
    /// It was answered for good.
    over: Notify,
}

/// A job that lives for as long as somebody else has it.
pub(super) struct WeakJob(Weak<Inner>);

impl WeakJob {
    pub(super) fn upgrade(&self) -> Option<Job> {
        self.0.upgrade().map(Job)
    }
}

impl Job {
    pub(super) fn downgrade(&self) -> WeakJob {
        WeakJob(Arc::downgrade(&self.0))
    }

    pub(super) fn new(queue: Queue, taken: Taken) -> Self {
        let due = taken.since + queue.settings().ack_wait;
        Self(Arc::new(Inner {
            queue,
            taken,
            due: Mutex::new(due),
            turn: tokio::sync::Mutex::default(),
            settled: AtomicBool::new(false),
            over: Notify::new(),
        }))
    }

    pub fn id(&self) -> &str {
        &self.0.taken.id
    }

    pub fn payload(&self) -> &Payload {
        &self.0.taken.payload
    }

    /// How many times it was given to somebody, this time included.
    pub fn deliveries(&self) -> u32 {
        self.0.taken.deliveries
    }

    pub fn put_at(&self) -> SystemTime {
        self.0.taken.put_at
    }

    /// It is done. Fails with `conflict` when its time was over, or it was answered already; `unknown_outcome` when the
    /// back end was lost meanwhile: then it may come again.
    pub async fn ack(&self) -> Result<()> {
        self.answer(Settle::Ack, "acked").await
    }

    /// It is to come again after `delay`. One that was delivered as often as the queue allows is a dead letter then, with
    /// that error. Fails as [`Job::ack`].
    pub async fn nack(&self, delay: Duration, error: Option<String>) -> Result<()> {
        check_delay(delay)?;
        if self.deliveries() >= self.0.queue.settings().max_deliveries {
            return self.die(DeadReason::MaxDeliveries, error).await;
        }
        self.answer(Settle::Nack(delay), "nacked").await
    }

    /// It takes longer: the time for an answer begins anew. Fails as [`Job::ack`].
    pub async fn extend(&self) -> Result<()> {
        let _turn = self.begin().await?;
        let asked = Instant::now();
        let extended = self.0.queue.store().settle(self.receipt(), Settle::Extend).await;
        if extended.is_ok() {
            *self.0.due.lock() = asked + self.0.queue.settings().ack_wait;
        }
        extended
    }

    /// Nobody can do it: it is a dead letter at once. Fails as [`Job::ack`], and with `overloaded` when there is no room
    /// for dead letters; it comes again then.
    pub async fn reject(&self, reason: DeadReason, error: Option<String>) -> Result<()> {
        self.die(reason, error).await
    }

    /// Gives it to somebody else at once, unless it was answered.
    pub async fn give_back(&self) {
        if let Ok(_turn) = self.begin().await {
            let given = self
                .0
                .queue
                .store()
                .settle(self.receipt(), Settle::Nack(Duration::ZERO));
            if let Err(error) = given.await {
                tracing::debug!(%error, job = self.id(), "a job could not be given back; it comes again by itself");
            }
            self.finish(&Ok(()));
        }
    }

    /// Extends its time again and again, until it is answered or lost.
    pub fn keep(&self) {
        let job = self.clone();
        self.0.queue.keep(async move { job.renew().await });
    }

    /// Whether there is nothing more to answer: it was answered, or its time is over.
    pub fn is_over(&self) -> bool {
        self.is_settled() || self.due() <= Instant::now()
    }

    /// Until when an answer counts, as far as we know.
    pub(super) fn due(&self) -> Instant {
        *self.0.due.lock()
    }

    /// Resolves when it was answered.
    pub(super) async fn answered(&self) {
        let over = self.0.over.notified();
        if !self.is_settled() {
            over.await;
        }
    }

    fn is_settled(&self) -> bool {
        self.0.settled.load(Ordering::Acquire)
    }

    async fn renew(&self) {
        let third = self.0.queue.settings().ack_wait / 3;
        while !self.is_over() {
            // From the time that stands, so that an answer under way is no reason to be late.
            let next = self.due().checked_sub(2 * third).unwrap_or_else(Instant::now);
            tokio::select! {
                () = sleep_until(next.max(Instant::now() + third / 8)) => {}
                () = self.answered() => return,
            }
            match self.extend().await {
                Err(error) if error.code == ErrorCode::Conflict && self.is_over() => return,
                Err(error) => tracing::debug!(%error, job = self.id(), "the time of a job could not be extended"),
                Ok(()) => {}
            }
        }
    }

    async fn die(&self, reason: DeadReason, error: Option<String>) -> Result<()> {
        let _turn = self.begin().await?;
        let death = Death {
            reason,
            error: error.map(cut),
        };
        let buried = self.0.queue.bury(&self.0.taken, death).await;
        self.finish(&buried);
        buried
    }

    async fn answer(&self, how: Settle, counted: &str) -> Result<()> {
        let _turn = self.begin().await?;
        let settled = self.0.queue.store().settle(self.receipt(), how).await;
        if settled.is_ok() {
            self.0.queue.count(counted);
        }
        self.finish(&settled);
        settled
    }

    /// Waits for its turn. There is none when it was answered, or its time is over.
    async fn begin(&self) -> Result<MutexGuard<'_, ()>> {
        let turn = self.0.turn.lock().await;
        if self.is_settled() {
            return Err(Error::new(
                ErrorCode::Conflict,
                format!("the job {:?} has its answer already", self.id()),
            ));
        }
        if self.due() <= Instant::now() {
            return Err(late(self.0.queue.name()));
        }
        Ok(turn)
    }

    /// An answer that did not arrive may be given again.
    fn finish(&self, answer: &Result<()>) {
        if answer.is_ok() {
            self.0.settled.store(true, Ordering::Release);
            self.0.over.notify_waiters();
        }
    }

    fn receipt(&self) -> &Receipt {
        &self.0.taken.receipt
    }
}

/// Why an answer does not count.
pub(super) fn late(queue: &str) -> Error {
    Error::new(
        ErrorCode::Conflict,
        format!(
            "the time for an answer was over: the job of the queue {queue:?} goes to somebody else, or has gone; extend \
             it in time, or make the queue with a longer ackWaitMs"
        ),
    )
}
