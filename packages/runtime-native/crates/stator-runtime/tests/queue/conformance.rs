//! Every back end of queues keeps the same promises: one body each, run over all.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{collections::BTreeMap, time::Duration};

use crate::queue_support::{Place, assert_empty, open, put, put_as, take, text, until, within};
use stator_runtime::{
    ErrorCode,
    payload::Payload,
    queue::{DeadReason, Info, Job, PutOptions, Queue, QueueOptions},
};

macro_rules! conformance {
    ($($case:ident)*) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(&super::Place::memory()).await;
            })*
        }

        mod nats {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(&super::Place::nats()).await;
            })*
        }
    };
}

conformance! {
    jobs_come_in_order_as_they_were_put_and_go_when_they_are_done
    a_job_that_is_given_back_comes_again_at_once_or_later
    a_job_without_an_answer_comes_again_and_a_late_answer_is_refused
    a_job_that_is_extended_stays
    a_job_that_fails_too_often_is_a_dead_letter
    a_job_that_nobody_answers_is_a_dead_letter_in_the_end
    a_rejected_job_is_a_dead_letter_at_once
    dead_letters_come_in_pages_and_go_back_or_away
    without_dead_letters_a_job_is_dropped
    an_id_is_put_once
    a_full_queue_refuses_and_has_room_again
    what_is_too_large_or_makes_no_sense_is_refused
    a_queue_is_as_the_first_one_made_it
    workers_share_and_nothing_is_done_twice
    a_wait_that_is_given_up_costs_nothing
    closing_gives_back_what_has_no_answer
    closing_waits_for_what_is_worked_on
    a_deleted_queue_is_gone_for_everybody
    old_jobs_go
}

/// Far longer than any test: what comes earlier was not waited for.
const HOUR: Duration = Duration::from_secs(3600);

fn waiting(time: u64) -> QueueOptions {
    QueueOptions {
        ack_wait: Some(Duration::from_millis(time)),
        ..QueueOptions::default()
    }
}

async fn jobs_come_in_order_as_they_were_put_and_go_when_they_are_done(place: &Place) {
    let (one, two) = (place.connect(), place.connect());
    let queue = open(&one, "a.b c/\u{1F600}*", QueueOptions::default()).await;
    let other = open(&two, "a.b c/\u{1F600}*", QueueOptions::default()).await;
    assert_empty(&other).await;
    let payloads = [
        Payload::text("{\"a\":[18446744073709551616]}"),
        Payload::bytes(vec![0, 255, 10, 13]),
        Payload::msgpack(vec![0xc4, 1, 7]),
        Payload::bytes(Vec::new()),
        Payload::text("null"),
    ];
    for payload in &payloads {
        let put = queue.put(payload.clone(), PutOptions::default()).await.expect("put");
        assert!(!put.duplicate && !put.id.is_empty());
    }
    let info = until(&other, |info| info.ready == 5).await;
    assert!(info.in_flight == 0 && info.dead == 0 && info.bytes > 0);
    for payload in &payloads {
        let job = take(&other).await;
        assert_eq!((job.payload(), job.deliveries()), (payload, 1));
        assert!(job.put_at().elapsed().expect("in the past") < Duration::from_secs(60));
        job.ack().await.expect("ack");
        let again = job.ack().await.expect_err("a second answer");
        assert_eq!(again.code, ErrorCode::Conflict);
        let other_word = job.nack(Duration::ZERO, None).await.expect_err("another answer");
        assert_eq!(other_word.code, ErrorCode::Conflict);
    }
    assert_empty(&queue).await;
    until(&queue, |info| *info == Info::default()).await;
}

async fn a_job_that_is_given_back_comes_again_at_once_or_later(place: &Place) {
    let queues = place.connect();
    let queue = open(&queues, "jobs", QueueOptions::default()).await;
    let id = put(&queue, "1").await;
    let first = take(&queue).await;
    first.nack(Duration::ZERO, None).await.expect("nack");
    let second = take(&queue).await;
    assert_eq!((second.id(), second.deliveries()), (id.as_str(), 2));
    let delay = Duration::from_millis(300);
    let since = std::time::Instant::now();
    second.nack(delay, Some("not now".into())).await.expect("nack");
    let third = take(&queue).await;
    assert_eq!((third.id(), third.deliveries()), (id.as_str(), 3));
    assert!(since.elapsed() >= delay, "it stayed for as long as that");
    third.nack(HOUR, None).await.expect("nack");
    // It comes after those that can be had.
    put(&queue, "2").await;
    let other = take(&queue).await;
    assert_eq!(text(&other), "2");
    other.ack().await.expect("ack");
    assert_empty(&queue).await;
    until(&queue, |info| (info.ready, info.in_flight) == (0, 1)).await;
    let too_long = take_back(&queue).await.nack(Duration::from_secs(1 << 30), None).await;
    assert_eq!(too_long.expect_err("years").code, ErrorCode::InvalidArgument);
}

/// A job that is there for the purpose.
async fn take_back(queue: &Queue) -> Job {
    put(queue, "0").await;
    take(queue).await
}

async fn a_job_without_an_answer_comes_again_and_a_late_answer_is_refused(place: &Place) {
    let (one, two) = (place.connect(), place.connect());
    let options = QueueOptions {
        max_deliveries: Some(100),
        ..waiting(600)
    };
    let queue = open(&one, "jobs", options).await;
    let other = open(&two, "jobs", QueueOptions::default()).await;
    assert_eq!(other.settings().ack_wait, Duration::from_millis(600));
    let id = put(&queue, "1").await;
    let lost = take(&queue).await;
    let mut again = take(&other).await;
    assert_eq!((again.id(), again.deliveries()), (id.as_str(), 2));
    // The time of the first one began a moment later here than where the job came from.
    let over = async {
        while !lost.is_over() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    within("the end of its time", over).await;
    for late in [
        lost.ack().await,
        lost.nack(Duration::ZERO, None).await,
        lost.extend().await,
        lost.reject(DeadReason::Rejected, None).await,
    ] {
        assert_eq!(late.expect_err("its time was over").code, ErrorCode::Conflict);
    }
    // The one who has it answers; on a busy machine that one may be late, too, and somebody has it again.
    while let Err(late) = again.ack().await {
        assert_eq!(late.code, ErrorCode::Conflict);
        again = take(&other).await;
    }
    until(&other, |info| *info == Info::default()).await;
}

async fn a_job_that_is_extended_stays(place: &Place) {
    let queues = place.connect();
    let queue = open(&queues, "jobs", waiting(3000)).await;
    put(&queue, "by hand").await;
    put(&queue, "by itself").await;
    let by_hand = take(&queue).await;
    let by_itself = take(&queue).await;
    by_itself.keep();
    let since = std::time::Instant::now();
    while since.elapsed() < Duration::from_secs(4) {
        tokio::time::sleep(Duration::from_millis(200)).await;
        by_hand.extend().await.expect("extend");
    }
    assert_empty(&queue).await;
    by_hand.ack().await.expect("ack");
    by_itself.ack().await.expect("ack");
    until(&queue, |info| *info == Info::default()).await;
}

async fn a_job_that_fails_too_often_is_a_dead_letter(place: &Place) {
    let queues = place.connect();
    let options = QueueOptions {
        max_deliveries: Some(2),
        ..QueueOptions::default()
    };
    let queue = open(&queues, "jobs", options).await;
    let id = put(&queue, "{\"poison\":true}").await;
    take(&queue)
        .await
        .nack(Duration::ZERO, Some("once".into()))
        .await
        .expect("nack");
    let last = take(&queue).await;
    let error = " it broke:\n\t50% \u{e4} ".to_owned();
    last.nack(Duration::ZERO, Some(error.clone())).await.expect("nack");
    assert_empty(&queue).await;
    let page = queue.dead(0, 10).await.expect("dead letters");
    let [letter] = &page.letters[..] else {
        panic!("{page:?}")
    };
    assert_eq!(
        (
            letter.id.as_str(),
            letter.deliveries,
            letter.death.reason,
            &letter.death.error
        ),
        (id.as_str(), 2, DeadReason::MaxDeliveries, &Some(error))
    );
    assert_eq!(letter.payload, Payload::text("{\"poison\":true}"));
    assert!(letter.put_at <= letter.dead_at);
    assert_eq!(queues.metrics().dead("jobs", DeadReason::MaxDeliveries), 1);
    until(&queue, |info| (info.ready, info.in_flight, info.dead) == (0, 0, 1)).await;
}

async fn a_job_that_nobody_answers_is_a_dead_letter_in_the_end(place: &Place) {
    let queues = place.connect();
    let options = QueueOptions {
        max_deliveries: Some(2),
        ..waiting(500)
    };
    let queue = open(&queues, "jobs", options).await;
    put(&queue, "1").await;
    let _first = take(&queue).await;
    let _second = take(&queue).await;
    // Whoever looks for a job finds it, and gives it up.
    let look = async {
        while queue.info().await.expect("info").dead == 0 {
            let taken = queue.take(Some(Duration::from_millis(50))).await.expect("take");
            assert!(taken.is_none(), "it is not delivered again");
        }
    };
    within("its death", look).await;
    let page = queue.dead(0, 10).await.expect("dead letters");
    let [letter] = &page.letters[..] else {
        panic!("{page:?}")
    };
    assert_eq!(
        (letter.death.reason, &letter.death.error),
        (DeadReason::MaxDeliveries, &None)
    );
    assert_empty(&queue).await;
}

async fn a_rejected_job_is_a_dead_letter_at_once(place: &Place) {
    let queues = place.connect();
    let queue = open(&queues, "jobs", QueueOptions::default()).await;
    let payload = Payload::bytes(vec![1, 2, 3]);
    queue.put(payload.clone(), PutOptions::default()).await.expect("put");
    let job = take(&queue).await;
    let long = "\u{1F600}".repeat(5000);
    job.reject(DeadReason::Invalid, Some(long.clone()))
        .await
        .expect("reject");
    assert_eq!(job.ack().await.expect_err("dead").code, ErrorCode::Conflict);
    let page = queue.dead(0, 10).await.expect("dead letters");
    let letter = &page.letters[0];
    assert_eq!(
        (&letter.payload, letter.death.reason, letter.deliveries),
        (&payload, DeadReason::Invalid, 1)
    );
    let kept = letter.death.error.as_deref().expect("an error");
    assert!(long.starts_with(kept) && kept.len() > 4000 && kept.len() <= 4096);
    assert_empty(&queue).await;
}

async fn dead_letters_come_in_pages_and_go_back_or_away(place: &Place) {
    let queues = place.connect();
    let queue = open(&queues, "jobs", QueueOptions::default()).await;
    for number in 0..5 {
        put_as(&queue, &format!("job{number}"), &number.to_string()).await;
        take(&queue)
            .await
            .reject(DeadReason::Rejected, None)
            .await
            .expect("reject");
    }
    let first = queue.dead(0, 3).await.expect("dead letters");
    assert!(first.more && first.letters.len() == 3);
    let rest = queue.dead(first.letters[2].number, 3).await.expect("dead letters");
    assert!(!rest.more && rest.letters.len() == 2);
    let numbers: Vec<u64> = first
        .letters
        .iter()
        .chain(&rest.letters)
        .map(|letter| letter.number)
        .collect();
    assert!(numbers.is_sorted());

    assert_eq!(queue.requeue(Some(numbers[1])).await.expect("requeue"), 1);
    assert_eq!(
        queue.requeue(Some(numbers[1])).await.expect("requeue"),
        0,
        "it is not there any more"
    );
    let back = take(&queue).await;
    assert_eq!((back.id(), text(&back).as_str(), back.deliveries()), ("job1", "1", 1));
    // It can die again.
    back.reject(DeadReason::Rejected, Some("again".into()))
        .await
        .expect("reject");

    assert_eq!(queue.purge_dead(Some(numbers[0])).await.expect("purge"), 1);
    assert_eq!(queue.purge_dead(Some(numbers[0])).await.expect("purge"), 0);
    assert_eq!(queue.requeue(None).await.expect("requeue"), 4);
    let mut seen = BTreeMap::new();
    for _ in 0..4 {
        let job = take(&queue).await;
        seen.insert(job.id().to_owned(), text(&job));
        job.reject(DeadReason::Rejected, None).await.expect("reject");
    }
    let expected = [1, 2, 3, 4].map(|number| (format!("job{number}"), number.to_string()));
    assert_eq!(seen, BTreeMap::from(expected));
    until(&queue, |info| info.dead == 4).await;
    assert_eq!(queue.purge_dead(None).await.expect("purge"), 4);
    assert!(queue.dead(0, 10).await.expect("dead letters").letters.is_empty());
}

async fn without_dead_letters_a_job_is_dropped(place: &Place) {
    let queues = place.connect();
    let options = QueueOptions {
        max_deliveries: Some(1),
        dead_letter: Some(false),
        ..QueueOptions::default()
    };
    let queue = open(&queues, "jobs", options).await;
    put(&queue, "1").await;
    take(&queue).await.nack(Duration::ZERO, None).await.expect("nack");
    put(&queue, "2").await;
    take(&queue)
        .await
        .reject(DeadReason::Rejected, None)
        .await
        .expect("reject");
    assert_empty(&queue).await;
    assert!(queue.dead(0, 10).await.expect("dead letters").letters.is_empty());
    assert_eq!(queue.requeue(None).await.expect("requeue"), 0);
    assert_eq!(queue.purge_dead(None).await.expect("purge"), 0);
    until(&queue, |info| *info == Info::default()).await;
    assert_eq!(queues.metrics().dead("jobs", DeadReason::Rejected), 1);
}

async fn an_id_is_put_once(place: &Place) {
    let queues = place.connect();
    let queue = open(&queues, "jobs", QueueOptions::default()).await;
    assert!(!put_as(&queue, "same", "1").await);
    assert!(put_as(&queue, "same", "2").await);
    let job = take(&queue).await;
    assert_eq!((job.id(), text(&job).as_str()), ("same", "1"));
    job.ack().await.expect("ack");
    // Also when it is done already.
    assert!(put_as(&queue, "same", "3").await);
    assert_empty(&queue).await;
    // After the window it is another job.
    let options = QueueOptions {
        dedup_window: Some(Duration::from_millis(200)),
        ..QueueOptions::default()
    };
    let forgetful = open(&queues, "forgetful", options).await;
    assert!(!put_as(&forgetful, "same", "1").await);
    let again = async { while put_as(&forgetful, "same", "2").await {} };
    within("the end of the window", again).await;
    for value in ["1", "2"] {
        let job = take(&forgetful).await;
        assert_eq!((job.id(), text(&job).as_str()), ("same", value));
    }
}

async fn a_full_queue_refuses_and_has_room_again(place: &Place) {
    let queues = place.connect();
    let options = QueueOptions {
        max_messages: Some(2),
        ..QueueOptions::default()
    };
    let queue = open(&queues, "jobs", options).await;
    put(&queue, "1").await;
    put(&queue, "2").await;
    let refused = queue
        .put(Payload::text("3"), PutOptions::default())
        .await
        .expect_err("full");
    assert_eq!((refused.code, refused.code.retryable()), (ErrorCode::Overloaded, true));
    take(&queue).await.ack().await.expect("ack");
    put(&queue, "3").await;
    // Dead letters have the same bound; a job that finds no room stays.
    for _ in 0..2 {
        take(&queue)
            .await
            .reject(DeadReason::Rejected, None)
            .await
            .expect("reject");
    }
    put(&queue, "4").await;
    let job = take(&queue).await;
    let no_room = job.reject(DeadReason::Rejected, None).await.expect_err("full");
    assert_eq!(no_room.code, ErrorCode::Overloaded);
    job.nack(Duration::ZERO, None)
        .await
        .expect("it can still be given back");
    assert_eq!(text(&take(&queue).await), "4");

    let options = QueueOptions {
        max_bytes: Some(4096),
        ..QueueOptions::default()
    };
    let small = open(&queues, "small", options).await;
    let large = Payload::bytes(vec![0; 1500]);
    let mut refused = None;
    for _ in 0..5 {
        if let Err(error) = small.put(large.clone(), PutOptions::default()).await {
            refused = Some(error.code);
            break;
        }
    }
    assert_eq!(refused, Some(ErrorCode::Overloaded));
}

async fn what_is_too_large_or_makes_no_sense_is_refused(place: &Place) {
    let queues = place.connect();
    let queue = open(&queues, "jobs", QueueOptions::default()).await;
    let large = queue
        .put(Payload::bytes(vec![0; (1 << 20) + 1]), PutOptions::default())
        .await;
    assert_eq!(large.expect_err("too large").code, ErrorCode::PayloadTooLarge);
    // The largest that goes in can also become a dead letter.
    let most = Payload::bytes(vec![7; (1 << 20) - 2048]);
    queue.put(most.clone(), PutOptions::default()).await.expect("put");
    let job = take(&queue).await;
    assert_eq!(job.payload(), &most);
    job.reject(DeadReason::Rejected, Some("x".repeat(5000)))
        .await
        .expect("reject");
    assert_eq!(queue.dead(0, 1).await.expect("dead letters").letters[0].payload, most);

    for id in ["", " a", "a b", "a\nb", "\u{7f}", &"a".repeat(257)] {
        let options = PutOptions {
            id: Some(id.to_owned()),
            ..PutOptions::default()
        };
        let refused = queue.put(Payload::text("1"), options).await.expect_err("no id");
        assert_eq!(refused.code, ErrorCode::InvalidArgument, "{id:?}");
    }
    for name in ["", "a\0b", "a\nb", &"a".repeat(65)] {
        let refused = queues
            .open(name, &QueueOptions::default())
            .await
            .err()
            .expect("no name");
        assert_eq!(refused.code, ErrorCode::InvalidArgument, "{name:?}");
    }
    let wrong = [
        waiting(499),
        QueueOptions {
            max_deliveries: Some(0),
            ..QueueOptions::default()
        },
        QueueOptions {
            replicas: Some(6),
            ..QueueOptions::default()
        },
        QueueOptions {
            max_bytes: Some(10),
            ..QueueOptions::default()
        },
        QueueOptions {
            max_age: Some(Duration::from_secs(1)),
            dedup_window: Some(Duration::from_secs(2)),
            ..QueueOptions::default()
        },
    ];
    for options in wrong {
        let refused = queues.open("wrong", &options).await.err().expect("no option");
        assert_eq!(refused.code, ErrorCode::InvalidArgument, "{options:?}");
    }
    for limit in [0, 1001] {
        let refused = queue.dead(0, limit).await.expect_err("no page");
        assert_eq!(refused.code, ErrorCode::InvalidArgument);
    }
}

async fn a_queue_is_as_the_first_one_made_it(place: &Place) {
    let (one, two) = (place.connect(), place.connect());
    let made = QueueOptions {
        max_deliveries: Some(3),
        max_messages: Some(10),
        max_bytes: Some(1 << 20),
        max_age: Some(Duration::from_secs(3600)),
        dedup_window: Some(Duration::from_secs(60)),
        dead_letter: Some(false),
        ..waiting(5000)
    };
    let queue = open(&one, "jobs", made.clone()).await;
    for same in [QueueOptions::default(), made.clone()] {
        assert_eq!(open(&two, "jobs", same).await.settings(), queue.settings());
    }
    let others = [
        waiting(6000),
        QueueOptions {
            max_deliveries: Some(4),
            ..QueueOptions::default()
        },
        QueueOptions {
            dead_letter: Some(true),
            ..QueueOptions::default()
        },
        QueueOptions {
            max_messages: Some(11),
            ..QueueOptions::default()
        },
    ];
    for options in others {
        let refused = two.open("jobs", &options).await.err().expect("other settings");
        assert_eq!(refused.code, ErrorCode::Conflict);
        assert!(refused.message.contains(" and not "), "{}", refused.message);
    }
}

async fn workers_share_and_nothing_is_done_twice(place: &Place) {
    const JOBS: usize = 200;
    let putting = place.connect();
    let queue = open(&putting, "jobs", QueueOptions::default()).await;
    let (done, mut values) = tokio::sync::mpsc::unbounded_channel();
    let mut workers = Vec::new();
    for _ in 0..4 {
        let queues = place.connect();
        let worker = open(&queues, "jobs", QueueOptions::default()).await;
        let done = done.clone();
        let working = tokio::spawn(async move {
            while let Ok(Some(job)) = worker.take(None).await {
                assert_eq!(job.deliveries(), 1);
                job.ack().await.expect("ack");
                done.send(text(&job)).expect("somebody counts");
            }
        });
        workers.push((queues, working));
    }
    for number in 0..JOBS {
        put(&queue, &number.to_string()).await;
    }
    let mut counts = BTreeMap::new();
    for _ in 0..JOBS {
        let value = within("the next job is done", values.recv()).await.expect("workers");
        *counts.entry(value).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), JOBS, "{counts:?}");
    until(&queue, |info| *info == Info::default()).await;
    for (queues, working) in workers {
        queues.close(Duration::ZERO).await;
        within("the end of a worker", working).await.expect("it did not panic");
    }
    assert!(values.is_empty(), "nothing was done twice");
}

async fn a_wait_that_is_given_up_costs_nothing(place: &Place) {
    let queues = place.connect();
    let options = QueueOptions {
        ack_wait: Some(HOUR),
        ..QueueOptions::default()
    };
    let queue = open(&queues, "jobs", options).await;
    for _ in 0..20 {
        let waiting = tokio::time::timeout(Duration::from_millis(5), queue.take(None)).await;
        assert!(waiting.is_err(), "there is nothing");
    }
    put(&queue, "1").await;
    // One that was lost would come after an hour.
    take(&queue).await.ack().await.expect("ack");
}

async fn closing_gives_back_what_has_no_answer(place: &Place) {
    let (one, two) = (place.connect(), place.connect());
    let options = QueueOptions {
        ack_wait: Some(HOUR),
        ..QueueOptions::default()
    };
    let queue = open(&one, "jobs", options).await;
    let other = open(&two, "jobs", QueueOptions::default()).await;
    put(&queue, "1").await;
    let held = take(&queue).await;
    let waiting = {
        let queue = queue.clone();
        tokio::spawn(async move { queue.take(None).await.err().map(|error| error.code) })
    };
    within("the end", one.close(Duration::from_secs(30))).await;
    assert_eq!(
        within("the wait", waiting).await.expect("no panic"),
        Some(ErrorCode::ShuttingDown)
    );
    assert_eq!(held.ack().await.expect_err("given back").code, ErrorCode::Conflict);
    let late = queue
        .put(Payload::text("2"), PutOptions::default())
        .await
        .expect_err("closed");
    assert_eq!(late.code, ErrorCode::ShuttingDown);
    let refused = one.open("jobs", &QueueOptions::default()).await.err().expect("closed");
    assert_eq!(refused.code, ErrorCode::ShuttingDown);
    // By itself it would come after an hour.
    assert_eq!(text(&take(&other).await), "1");
}

async fn closing_waits_for_what_is_worked_on(place: &Place) {
    let (one, two) = (place.connect(), place.connect());
    let queue = open(&one, "jobs", waiting(3000)).await;
    put(&queue, "1").await;
    put(&queue, "2").await;
    let job = take(&queue).await;
    job.keep();
    let worker = tokio::spawn(async move {
        // Longer than it has without the extension.
        tokio::time::sleep(Duration::from_secs(4)).await;
        job.ack().await
    });
    within("the end", one.close(Duration::from_secs(30))).await;
    worker.await.expect("no panic").expect("it was waited for");
    let other = open(&two, "jobs", QueueOptions::default()).await;
    assert_eq!(text(&take(&other).await), "2");
    until(&other, |info| (info.ready, info.in_flight) == (0, 1)).await;
}

async fn a_deleted_queue_is_gone_for_everybody(place: &Place) {
    let (one, two) = (place.connect(), place.connect());
    let queue = open(&one, "jobs", QueueOptions::default()).await;
    let other = open(&two, "jobs", QueueOptions::default()).await;
    put(&queue, "1").await;
    take(&queue)
        .await
        .reject(DeadReason::Rejected, None)
        .await
        .expect("reject");
    let wait = {
        let other = other.clone();
        tokio::spawn(async move { other.take(None).await.err().map(|error| error.code) })
    };
    queue.delete().await.expect("delete");
    assert_eq!(
        within("the wait", wait).await.expect("no panic"),
        Some(ErrorCode::NotFound)
    );
    let refused = within("a take", other.take(Some(Duration::ZERO))).await.err();
    assert_eq!(refused.map(|error| error.code), Some(ErrorCode::NotFound));
    let refused = within("a put", other.put(Payload::text("2"), PutOptions::default())).await;
    assert_eq!(refused.expect_err("no such queue").code, ErrorCode::NotFound);
    let anew = open(&one, "jobs", waiting(1234)).await;
    assert_eq!(anew.settings().ack_wait, Duration::from_millis(1234));
    assert_eq!(anew.info().await.expect("info"), Info::default());
}

async fn old_jobs_go(place: &Place) {
    let queues = place.connect();
    let options = QueueOptions {
        max_age: Some(Duration::from_secs(1)),
        ..QueueOptions::default()
    };
    let queue = open(&queues, "jobs", options).await;
    // A busy machine may look when it has gone already.
    let there = async {
        loop {
            put(&queue, "1").await;
            if queue.info().await.expect("info").ready > 0 {
                return;
            }
        }
    };
    within("a job is there", there).await;
    until(&queue, |info| *info == Info::default()).await;
    assert_empty(&queue).await;
    let taken = async {
        loop {
            put(&queue, "2").await;
            if let Some(job) = queue.take(Some(Duration::ZERO)).await.expect("take") {
                return text(&job);
            }
        }
    };
    assert_eq!(within("a job that is young", taken).await, "2");
}
