//! Which instance takes a call, and which takes it when that one does not.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::support::{Cluster, NAME, On, code, on_both_planes, raw, read, run, text, until};
use stator_runtime::{
    ErrorCode, Result,
    client::{CallOptions, Client, ClientOptions, ResponseStream, Router},
    discovery::Discovery,
    runtime::{ServeOptions, Settings},
};

fn options() -> CallOptions {
    CallOptions::default()
}

/// The id with which a worker answered.
async fn name(call: ResponseStream) -> Result<u64> {
    Ok(read(&call.one().await?).parse().unwrap_or(0))
}

/// Calls each worker that hang: their first item is here, so they are being served.
async fn hang(client: &Client, router: Router) -> Result<ResponseStream> {
    let mut call = client.call(text("hang"), router, options());
    assert!(call.next().await?.is_some());
    Ok(call)
}

#[test]
fn round_robin_goes_in_the_order_of_ids() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let workers = cluster.named(3).await?;
        let client = cluster.client(3).await?;
        for turn in 0..9 {
            let call = client.call(text(NAME), Router::RoundRobin, options());
            assert_eq!(name(call).await?, workers[turn % 3].instance_id());
        }
        Ok(())
    })
}

#[test]
fn those_that_are_not_avoided_take_turns() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let workers = cluster.named(4).await?;
        let client = cluster.client(4).await?;
        let long = Duration::from_secs(60);
        let all = || 0..4;
        // One avoided, two, and after that everybody again: each time the next call knows.
        for avoided in [vec![], vec![1], vec![1, 3], vec![3], vec![]] {
            for index in all() {
                let time = if avoided.contains(&index) { long } else { Duration::ZERO };
                assert!(client.avoid(workers[index].instance_id(), time));
            }
            let chosen: Vec<_> = all().filter(|index| !avoided.contains(index)).collect();
            let mut counts = HashMap::new();
            let mut last = None;
            for _ in 0..3 * chosen.len() {
                let id = name(client.call(text(NAME), Router::RoundRobin, options())).await?;
                assert_ne!(Some(id), last, "in turn");
                last = Some(id);
                *counts.entry(id).or_insert(0) += 1;
            }
            let expected = chosen.iter().map(|index| (workers[*index].instance_id(), 3)).collect();
            assert_eq!(counts, expected);
        }
        Ok(())
    })
}

#[test]
fn random_reaches_everybody() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let _workers = cluster.named(3).await?;
        let client = cluster.client(3).await?;
        let mut counts = HashMap::new();
        // All of 300 on two of three workers: a chance of 1 to 10^52.
        for _ in 0..300 {
            let id = name(client.call(text(NAME), Router::Random, options())).await?;
            *counts.entry(id).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 3, "{counts:?}");
        Ok(())
    })
}

#[test]
fn least_loaded_goes_where_the_fewest_calls_are_open() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let workers = cluster.named(2).await?;
        let (busy, free) = (workers[0].instance_id(), workers[1].instance_id());
        let client = cluster.client(2).await?;
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(hang(&client, Router::Direct(busy)).await?);
        }
        for _ in 0..3 {
            let call = hang(&client, Router::LeastLoaded).await?;
            assert_eq!(call.instance_id(), Some(free));
            held.push(call);
        }
        assert_eq!(open_calls(&client), [3, 3]);
        // Calls that were ended count no more.
        held.truncate(1);
        assert_eq!(open_calls(&client), [1, 0]);
        let call = client.call(text(NAME), Router::LeastLoaded, options());
        assert_eq!(name(call).await?, free);
        drop(held);
        assert_eq!(open_calls(&client), [0, 0]);
        Ok(())
    })
}

#[test]
fn the_better_of_two_choices_is_taken() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let workers = cluster.named(2).await?;
        let (busy, free) = (workers[0].instance_id(), workers[1].instance_id());
        let client = cluster.client(2).await?;
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(hang(&client, Router::Direct(busy)).await?);
        }
        // Of two workers both are always looked at.
        for _ in 0..3 {
            let call = hang(&client, Router::TwoChoices).await?;
            assert_eq!(call.instance_id(), Some(free));
            held.push(call);
        }
        drop(held);
        let more = cluster.named(3).await?;
        let client = cluster.client(5).await?;
        let mut seen = HashMap::new();
        // All of 300 on four of five workers: a chance of 1 to 10^28.
        for _ in 0..300 {
            let id = name(client.call(text(NAME), Router::TwoChoices, options())).await?;
            *seen.entry(id).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 2 + more.len(), "{seen:?}");
        Ok(())
    })
}

#[test]
fn an_instance_that_is_avoided_gets_calls_only_when_no_other_is_left() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let workers = cluster.named(2).await?;
        let (avoided, other) = (workers[0].instance_id(), workers[1].instance_id());
        let client = cluster.client(2).await?;
        let long = Duration::from_secs(600);
        assert!(client.avoid(avoided, long));
        assert!(!client.avoid(7, long), "nobody has that id");
        for router in [Router::RoundRobin, Router::Random, Router::TwoChoices] {
            for _ in 0..10 {
                assert_eq!(name(client.call(text(NAME), router, options())).await?, other);
            }
        }
        assert!(client.avoid(other, long));
        let id = name(client.call(text(NAME), Router::RoundRobin, options())).await?;
        assert!(id == avoided || id == other);
        assert!(client.avoid(avoided, Duration::ZERO));
        for _ in 0..10 {
            assert_eq!(name(client.call(text(NAME), Router::Random, options())).await?, avoided);
        }
        Ok(())
    })
}

fn open_calls(client: &Client) -> Vec<u32> {
    client.workers().iter().map(|worker| worker.open_calls()).collect()
}

#[test]
fn direct_goes_to_that_instance_and_no_other() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let workers = cluster.named(2).await?;
        let gone = cluster.unreachable().await?;
        let client = cluster.client(3).await?;
        for worker in &workers {
            let id = worker.instance_id();
            assert_eq!(name(client.call(text(NAME), Router::Direct(id), options())).await?, id);
        }
        let call = client.call(text(NAME), Router::Direct(gone.connection_id()), options());
        assert_eq!(code(call.one().await), Some(ErrorCode::Unavailable));
        let call = client.call(text(NAME), Router::Direct(7), options());
        let error = call.one().await.err().unwrap_or_else(|| panic!("served"));
        assert_eq!(error.code, ErrorCode::NoInstances);
        assert!(error.message.contains("instance 7 is not there"), "{}", error.message);
        Ok(())
    })
}

#[test]
fn an_unreachable_instance_is_passed_over() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let workers = cluster.named(1).await?;
        let _gone = (cluster.unreachable().await?, cluster.unreachable().await?);
        let client = cluster.client(3).await?;
        for _ in 0..20 {
            assert_eq!(
                name(client.generate(text(NAME), options())).await?,
                workers[0].instance_id()
            );
        }
        assert_eq!(open_calls(&client), [0, 0, 0]);
        Ok(())
    })
}

#[test]
fn a_call_that_nobody_can_be_reached_for_is_unavailable() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let _gone = (cluster.unreachable().await?, cluster.unreachable().await?);
        let client = cluster.client(2).await?;
        let error = client.generate(text(NAME), options()).one().await.err();
        let error = error.unwrap_or_else(|| panic!("served"));
        assert_eq!(error.code, ErrorCode::Unavailable, "{error}");
        assert!(error.instance.is_some());
        assert_eq!(open_calls(&client), [0, 0]);
        Ok(())
    })
}

#[test]
fn a_full_worker_refuses_and_another_serves() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::with(
            on,
            Settings {
                max_calls: 1,
                ..Settings::default()
            },
        );
        let workers = cluster.named(2).await?;
        let (full, free) = (workers[0].instance_id(), workers[1].instance_id());
        let client = cluster.client(2).await?;
        let _held = hang(&client, Router::Direct(full)).await?;
        for _ in 0..10 {
            assert_eq!(name(client.generate(text(NAME), options())).await?, free);
        }
        let refused = client.call(text(NAME), Router::Direct(full), options());
        assert_eq!(code(refused.one().await), Some(ErrorCode::Overloaded));
        Ok(())
    })
}

#[test]
fn a_refused_call_is_served_by_another_once() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let leaving = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let call = client.generate(text(NAME), options());
        let mut connection = leaving.accept(raw::WINDOW).await;
        let open = connection.frame_of(raw::OPEN).await;
        let workers = cluster.named(1).await?;
        client.wait_for_instances(2, None).await?;
        connection
            .write(&raw::error(open.stream, raw::REFUSED, "shutting_down"))
            .await;
        assert_eq!(name(call).await?, workers[0].instance_id());
        Ok(())
    })
}

#[test]
fn a_go_away_sends_the_calls_that_were_not_taken_elsewhere() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let leaving = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let taken = client.generate(text(NAME), options());
        let mut connection = leaving.accept(raw::WINDOW).await;
        let first = connection.frame_of(raw::OPEN).await.stream;
        let not_taken = client.generate(text(NAME), options());
        let second = connection.frame_of(raw::OPEN).await.stream;
        assert!(second > first);
        let workers = cluster.named(1).await?;
        client.wait_for_instances(2, None).await?;
        connection
            .write(&raw::frame(raw::GO_AWAY, 0, 0, &first.to_be_bytes()))
            .await;
        assert_eq!(name(not_taken).await?, workers[0].instance_id());
        connection.write(&raw::data(first, raw::ONLY, b"7")).await;
        assert_eq!(name(taken).await?, 7);
        // New calls need a new connection.
        let call = client.call(text(NAME), Router::Direct(leaving.id), options());
        let mut connection = leaving.accept(raw::WINDOW).await;
        let stream = connection.frame_of(raw::OPEN).await.stream;
        connection.write(&raw::data(stream, raw::ONLY, b"8")).await;
        assert_eq!(name(call).await?, 8);
        Ok(())
    })
}

/// A worker takes a call and is lost: what becomes of the call, with another worker there.
async fn lose_a_call(idempotent: bool, options: ClientOptions, item_first: bool) -> Result<(Result<u64>, u64)> {
    let cluster = Cluster::new(On::Tcp);
    let lost = cluster.raw_worker(idempotent).await?;
    let client = cluster.client_with(1, options).await?;
    let mut call = client.generate(text(NAME), CallOptions::default());
    let mut connection = lost.accept(raw::WINDOW).await;
    let stream = connection.frame_of(raw::OPEN).await.stream;
    let workers = cluster.named(1).await?;
    client.wait_for_instances(2, None).await?;
    if item_first {
        connection.write(&raw::data(stream, raw::END_MESSAGE, b"1")).await;
        assert!(call.next().await?.is_some());
    }
    drop(connection);
    Ok((name(call).await, workers[0].instance_id()))
}

#[test]
fn a_call_that_may_have_run_is_not_run_again() -> Result<()> {
    run(async {
        let (outcome, _) = lose_a_call(false, ClientOptions::default(), false).await?;
        assert_eq!(code(outcome), Some(ErrorCode::UnknownOutcome));
        Ok(())
    })
}

#[test]
fn an_idempotent_call_is_run_again_elsewhere() -> Result<()> {
    run(async {
        let (outcome, other) = lose_a_call(true, ClientOptions::default(), false).await?;
        assert_eq!(outcome?, other);
        let by_client = ClientOptions {
            idempotent: true,
            ..ClientOptions::default()
        };
        let (outcome, other) = lose_a_call(false, by_client, false).await?;
        assert_eq!(outcome?, other);
        Ok(())
    })
}

#[test]
fn an_idempotent_call_is_not_run_again_after_its_first_item() -> Result<()> {
    run(async {
        let (outcome, _) = lose_a_call(true, ClientOptions::default(), true).await?;
        assert_eq!(code(outcome), Some(ErrorCode::UnknownOutcome));
        Ok(())
    })
}

#[test]
fn an_idempotent_call_that_nobody_can_run_again_has_an_unknown_outcome() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let lost = cluster.raw_worker(true).await?;
        let client = cluster.client(1).await?;
        let call = client.generate(text(NAME), options());
        let mut connection = lost.accept(raw::WINDOW).await;
        connection.frame_of(raw::OPEN).await;
        let _gone = cluster.unreachable().await?;
        client.wait_for_instances(2, None).await?;
        drop(connection);
        assert_eq!(code(call.one().await), Some(ErrorCode::UnknownOutcome));
        assert_eq!(open_calls(&client), [0, 0]);
        Ok(())
    })
}

/// The same on both planes, with a worker that stops at once.
#[test]
fn a_worker_that_stops_at_once_gives_its_idempotent_calls_to_others() -> Result<()> {
    on_both_planes(|on| async move {
        for idempotent in [false, true] {
            let cluster = Cluster::new(on);
            let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
            let options = ServeOptions {
                idempotent,
                ..ServeOptions::default()
            };
            let (stopping, _served) = cluster
                .worker(options, move |_call| {
                    let _ = told.send(());
                    std::future::pending()
                })
                .await?;
            let client = cluster.client(1).await?;
            let call = client.generate(text(NAME), CallOptions::default());
            hears.recv().await;
            let workers = cluster.named(1).await?;
            client.wait_for_instances(2, None).await?;
            assert_eq!(stopping.shut_down(Some(Duration::ZERO)).await.cut_off, 1);
            let outcome = name(call).await;
            if idempotent {
                assert_eq!(outcome?, workers[0].instance_id());
            } else {
                assert_eq!(code(outcome), Some(ErrorCode::UnknownOutcome));
            }
        }
        Ok(())
    })
}

#[test]
fn a_request_stream_is_not_retried_after_its_first_message() -> Result<()> {
    run(async {
        for refused in [true, false] {
            let cluster = Cluster::new(On::Tcp);
            let leaving = cluster.raw_worker(true).await?;
            let client = cluster.client(1).await?;
            let (mut response, request) = client.open(Router::RoundRobin, options());
            let (sent, mut connection) = tokio::join!(request.send(text("first")), leaving.accept(raw::WINDOW));
            sent?;
            let stream = connection.frame_of(raw::OPEN).await.stream;
            assert_eq!(connection.frame_of(raw::DATA).await.text(), "first");
            let _workers = cluster.named(1).await?;
            client.wait_for_instances(2, None).await?;
            let expected = if refused {
                connection.write(&raw::error(stream, raw::REFUSED, "overloaded")).await;
                ErrorCode::Overloaded
            } else {
                drop(connection);
                ErrorCode::UnknownOutcome
            };
            assert_eq!(code(response.next().await), Some(expected));
            assert_eq!(code(request.send(text("second")).await), Some(ErrorCode::Cancelled));
        }
        Ok(())
    })
}

#[test]
fn a_request_stream_is_retried_before_its_first_message() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let leaving = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let (response, request) = client.open(Router::RoundRobin, options());
        let mut connection = leaving.accept(raw::WINDOW).await;
        let stream = connection.frame_of(raw::OPEN).await.stream;
        let workers = cluster.named(1).await?;
        client.wait_for_instances(2, None).await?;
        connection.write(&raw::error(stream, raw::REFUSED, "overloaded")).await;
        // Then the refusal has been handled.
        until(|| response.instance_id() == Some(workers[0].instance_id())).await;
        request.send(text(NAME)).await?;
        request.finish();
        assert_eq!(name(response).await?, workers[0].instance_id());
        Ok(())
    })
}

#[test]
fn a_call_may_wait_for_a_first_instance() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let patient = ClientOptions {
            wait: Duration::from_secs(30),
            ..ClientOptions::default()
        };
        let client = cluster.client_with(0, patient).await?;
        let calls: Vec<_> = (0..10).map(|_| client.generate(text(NAME), options())).collect();
        let workers = cluster.named(1).await?;
        for call in calls {
            assert_eq!(name(call).await?, workers[0].instance_id());
        }
        Ok(())
    })
}

#[test]
fn a_call_that_waited_in_vain_says_how_long() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let wait = |millis| ClientOptions {
            wait: Duration::from_millis(millis),
            ..ClientOptions::default()
        };
        let client = cluster.client_with(0, wait(30)).await?;
        let error = client.generate(text(NAME), options()).one().await.err();
        let error = error.unwrap_or_else(|| panic!("served"));
        assert_eq!(error.code, ErrorCode::NoInstances);
        let waited = error
            .message
            .split_once(" ms waited")
            .and_then(|(head, _)| head.rsplit('(').next())
            .and_then(|number| number.parse::<u64>().ok());
        assert!(waited.is_some_and(|waited| waited >= 30), "{}", error.message);
        // The call's own time may be shorter.
        let client = cluster.client_with(0, wait(60_000)).await?;
        let deadline = Some(Instant::now() + Duration::from_millis(20));
        let call = client.generate(text(NAME), CallOptions { deadline, ..options() });
        assert_eq!(code(call.one().await), Some(ErrorCode::DeadlineExceeded));
        // And closing the client ends the wait.
        let call = client.generate(text(NAME), options());
        client.close();
        assert_eq!(code(call.one().await), Some(ErrorCode::ShuttingDown));
        let call = client.generate(text(NAME), options());
        assert_eq!(code(call.one().await), Some(ErrorCode::ShuttingDown));
        Ok(())
    })
}
