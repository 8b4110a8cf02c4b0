//! What queues in NATS promise when NATS does not.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{collections::BTreeSet, time::Duration};

use crate::queue_support::{Place, nats::Nats, open, options, put_as, take, text, until, within};
use stator_runtime::{
    ErrorCode,
    payload::Payload,
    queue::{Info, PutOptions, QueueConfig, QueueMetrics, QueueOptions, Queues},
};

fn connect(nats: &Nats) -> Queues {
    Queues::new(QueueConfig::Nats(options(nats)), QueueMetrics::new().expect("metrics"))
}

fn as_id(id: &str, wait: Duration) -> PutOptions {
    PutOptions {
        id: Some(id.to_owned()),
        wait: Some(wait),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_restarted_loses_nothing() {
    const JOBS: usize = 60;
    let mut nats = Nats::start(&["--jetstream"]);
    let queues = connect(&nats);
    let settings = QueueOptions {
        ack_wait: Some(Duration::from_secs(2)),
        max_deliveries: Some(100),
        ..QueueOptions::default()
    };
    let queue = open(&queues, "jobs", settings).await;
    let (half, is_half) = tokio::sync::oneshot::channel();
    let putter = {
        let queue = queue.clone();
        tokio::spawn(async move {
            let mut half = Some(half);
            for number in 0..JOBS {
                if number == JOBS / 2
                    && let Some(half) = half.take()
                {
                    let _ = half.send(());
                }
                let id = format!("job{number}");
                // Whoever does not know whether it was kept puts it again.
                loop {
                    let put = queue.put(Payload::text(number.to_string()), as_id(&id, Duration::from_secs(30)));
                    match put.await {
                        Ok(_) => break,
                        Err(error) => assert_eq!(error.code, ErrorCode::UnknownOutcome, "{error}"),
                    }
                }
            }
        })
    };
    let worker = {
        let queue = queue.clone();
        tokio::spawn(async move {
            let mut done = BTreeSet::new();
            // At least once is the promise: one whose answer was lost may come again, and may have gone.
            while done.len() < JOBS {
                let job = queue.take(None).await.expect("it goes on").expect("it waits for ever");
                let _ = job.ack().await;
                done.insert(text(&job));
            }
            done
        })
    };
    is_half.await.expect("half of them were put");
    nats.kill();
    nats.run();
    within("all jobs are put", putter).await.expect("no panic");
    let done = within("all jobs are done", worker).await.expect("no panic");
    assert_eq!(done, (0..JOBS).map(|number| number.to_string()).collect());
    let rest = async {
        while queue.info().await.expect("info") != Info::default() {
            if let Some(job) = queue.take(Some(Duration::from_millis(50))).await.expect("take") {
                assert!(done.contains(&text(&job)));
                let _ = job.ack().await;
            }
        }
    };
    within("nothing stays", rest).await;
    queues.close(Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_put_has_an_end_when_the_server_is_away_and_is_kept_once_when_it_is_tried_again() {
    let mut nats = Nats::start(&["--jetstream"]);
    let queues = connect(&nats);
    let queue = open(&queues, "jobs", QueueOptions::default()).await;
    assert!(!put_as(&queue, "first", "1").await);
    nats.kill();
    let short = Duration::from_millis(300);
    let away = async {
        loop {
            let put = queue.put(Payload::text("2"), as_id("second", short)).await;
            match put.expect_err("nobody is there").code {
                ErrorCode::Unavailable => return,
                // Before the client noticed.
                code => assert_eq!(code, ErrorCode::UnknownOutcome),
            }
        }
    };
    within("the server is known to be away", away).await;
    nats.run();
    // What the put above has sent may still arrive.
    let again = queue.put(Payload::text("2"), as_id("second", Duration::from_secs(30)));
    again.await.expect("put");
    assert!(put_as(&queue, "first", "1").await, "ids are known after a restart");
    for value in ["1", "2"] {
        let job = take(&queue).await;
        assert_eq!(text(&job), value);
        job.ack().await.expect("ack");
    }
    until(&queue, |info| *info == Info::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_job_gets_it_after_a_restart() {
    let mut nats = Nats::start(&["--jetstream"]);
    let queues = connect(&nats);
    let queue = open(&queues, "jobs", QueueOptions::default()).await;
    let waiting = {
        let queue = queue.clone();
        tokio::spawn(async move { take(&queue).await })
    };
    nats.kill();
    nats.run();
    let put = queue.put(Payload::text("1"), as_id("id", Duration::from_secs(30)));
    put.await.expect("put");
    let job = within("the job", waiting).await.expect("no panic");
    job.ack().await.expect("ack");
}

#[tokio::test]
async fn a_server_without_jetstream_or_without_answer_is_a_clear_error() {
    let nats = Nats::start(&[]);
    let queues = connect(&nats);
    let refused = queues
        .open("jobs", &QueueOptions::default())
        .await
        .err()
        .expect("no JetStream");
    assert_eq!(refused.code, ErrorCode::Unavailable);
    assert!(refused.message.contains("--jetstream"), "{}", refused.message);

    let mut gone = Nats::start(&[]);
    gone.kill();
    let queues = connect(&gone);
    let refused = queues
        .open("jobs", &QueueOptions::default())
        .await
        .err()
        .expect("nobody");
    assert_eq!(refused.code, ErrorCode::Unavailable);
    assert!(refused.message.contains("queue: \"memory\""), "{}", refused.message);
}

#[tokio::test]
async fn replicas_need_a_cluster() {
    let place = Place::nats();
    let queues = place.connect();
    let options = QueueOptions {
        replicas: Some(3),
        ..QueueOptions::default()
    };
    let refused = queues.open("jobs", &options).await.err().expect("one server");
    assert_eq!(refused.code, ErrorCode::InvalidArgument);
    assert!(refused.message.contains("replicas"), "{}", refused.message);
}
