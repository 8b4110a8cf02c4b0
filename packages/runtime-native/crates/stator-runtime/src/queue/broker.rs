use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{DeadPage, Death, QueueOptions, QueueSettings};
use crate::{Result, discovery::BoxFuture, payload::Payload};

/// A back end of queues. What is asked of it was checked already.
pub trait Broker: Send + Sync + 'static {
    /// Name for messages: `memory`, `nats`.
    fn name(&self) -> &'static str;

    /// The queue of that name; it is made if there is none. Fails with `conflict` when there is one with other settings
    /// than those that the options name.
    fn open<'a>(&'a self, name: &'a str, options: &'a QueueOptions) -> BoxFuture<'a, Result<Arc<dyn Store>>>;

    /// Ends the connection.
    fn close<'a>(&'a self) -> BoxFuture<'a, ()>;
}

/// One queue of a back end.
pub trait Store: Send + Sync + 'static {
    fn settings(&self) -> &QueueSettings;

    /// Resolves once the job is kept. One whose id was put already, within the window, is not kept again.
    fn put<'a>(&'a self, job: NewJob) -> BoxFuture<'a, Result<Stored>>;

    /// The next job; waits until there is one, or until that time. May be dropped: what would have come goes to others.
    fn take<'a>(&'a self, until: Option<Instant>) -> BoxFuture<'a, Result<Option<Taken>>>;

    /// Says what is to become of a job.
    fn settle<'a>(&'a self, receipt: &'a Receipt, how: Settle) -> BoxFuture<'a, Result<()>>;

    /// Moves a job to the dead letters. Doing it twice leaves one letter.
    fn bury<'a>(&'a self, taken: &'a Taken, death: Death) -> BoxFuture<'a, Result<()>>;

    fn info<'a>(&'a self) -> BoxFuture<'a, Result<Info>>;

    /// Dead letters in the order of their deaths, from after that number on.
    fn dead<'a>(&'a self, after: u64, limit: usize) -> BoxFuture<'a, Result<DeadPage>>;

    /// Puts a dead letter back, as a job that was never delivered. False when there is none of that number.
    fn requeue<'a>(&'a self, number: u64) -> BoxFuture<'a, Result<bool>>;

    /// Removes one dead letter, or all; gives how many.
    fn purge_dead<'a>(&'a self, number: Option<u64>) -> BoxFuture<'a, Result<u64>>;

    /// Removes the queue with everything in it.
    fn delete<'a>(&'a self) -> BoxFuture<'a, Result<()>>;
}

/// A job on its way into a queue.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub id: String,
    pub payload: Payload,
    /// When whoever puts it loses patience with a back end that is away.
    pub until: Instant,
}

/// What became of a put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Whether a job with that id was there already.
    pub duplicate: bool,
}

/// A job as a back end gives it.
#[derive(Debug, Clone)]
pub struct Taken {
    pub id: String,
    pub payload: Payload,
    /// How many times it was given to somebody, this time included.
    pub deliveries: u32,
    pub put_at: SystemTime,
    pub receipt: Receipt,
    /// Since when the time for an answer runs, at the latest.
    pub since: Instant,
}

/// Which delivery of which job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub sequence: u64,
    pub delivery: u64,
    /// Where the answer goes, where the back end has such a place.
    pub reply: String,
}

/// What is to become of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// It is done.
    Ack,
    /// It is to come again, after that time.
    Nack(Duration),
    /// It takes longer: its time begins anew.
    Extend,
}

/// How full a queue is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Info {
    /// Jobs that nobody has had yet.
    pub ready: u64,
    /// Jobs that somebody has, or has had and that will come again.
    pub in_flight: u64,
    /// Dead letters.
    pub dead: u64,
    /// Bytes of the jobs, as the back end counts them.
    pub bytes: u64,
}
