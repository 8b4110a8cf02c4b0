//! What the tests of queues share: places where they can be, and ways to put and take.
#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

pub mod nats;

use std::{future::Future, time::Duration};

use stator_runtime::{
    nats::NatsOptions,
    payload::Payload,
    queue::{Info, Job, PutOptions, Queue, QueueConfig, QueueMetrics, QueueOptions, Queues, memory::MemoryQueues},
};
use tokio::time::timeout;

use nats::Nats;

/// Far beyond anything that these tests wait for: reaching it means that it never came.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// Where queues are. Each connection to it stands for a process of its own.
pub enum Place {
    Memory(MemoryQueues),
    Nats(Nats),
}

impl Place {
    pub fn memory() -> Self {
        Self::Memory(MemoryQueues::new())
    }

    pub fn nats() -> Self {
        Self::Nats(Nats::start(&["--jetstream"]))
    }

    pub fn connect(&self) -> Queues {
        let config = match self {
            Self::Memory(queues) => QueueConfig::Memory(queues.clone()),
            Self::Nats(nats) => QueueConfig::Nats(options(nats)),
        };
        Queues::new(config, QueueMetrics::new().expect("metrics"))
    }
}

pub fn options(nats: &Nats) -> NatsOptions {
    NatsOptions {
        startup_timeout: Duration::ZERO,
        ..NatsOptions::new(vec![nats.url().to_owned()])
    }
}

pub async fn open(queues: &Queues, name: &str, options: QueueOptions) -> Queue {
    within("the queue", queues.open(name, &options))
        .await
        .expect("the queue opens")
}

pub async fn put(queue: &Queue, value: &str) -> String {
    let put = queue.put(Payload::text(value.to_owned()), PutOptions::default()).await;
    put.expect("put").id
}

pub async fn put_as(queue: &Queue, id: &str, value: &str) -> bool {
    let options = PutOptions {
        id: Some(id.to_owned()),
        ..PutOptions::default()
    };
    let put = queue.put(Payload::text(value.to_owned()), options).await.expect("put");
    assert_eq!(put.id, id);
    put.duplicate
}

/// The next job, which is there or will be.
pub async fn take(queue: &Queue) -> Job {
    let taken = within("a job", queue.take(None)).await.expect("take");
    taken.expect("it waits for ever")
}

/// Nothing is there to take.
pub async fn assert_empty(queue: &Queue) {
    let taken = within("an empty queue", queue.take(Some(Duration::ZERO))).await;
    let taken = taken.expect("take").map(|job| text(&job));
    assert_eq!(taken, None);
}

pub fn text(job: &Job) -> String {
    String::from_utf8(job.payload().data.to_vec()).expect("text")
}

/// Waits until the queue is as full as that: back ends count a moment later.
pub async fn until(queue: &Queue, wanted: impl Fn(&Info) -> bool) -> Info {
    let look = async {
        loop {
            let info = queue.info().await.expect("info");
            if wanted(&info) {
                return info;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    within("the queue is as wanted", look).await
}

pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(PATIENCE, future).await {
        Ok(done) => done,
        Err(_) => panic!("this never came: {what}"),
    }
}
