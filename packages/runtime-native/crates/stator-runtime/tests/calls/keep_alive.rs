//! Peers that fall silent, connections that rest, and durations at their limits.

use std::{
    os::fd::OwnedFd,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::support::{Cluster, NAME, On, PATH, code, on_both_planes, raw, read, run, text, until};
use parking_lot::Mutex;
use stator_runtime::{
    DistributedRuntime, ErrorCode, Result,
    client::{CallOptions, ClientOptions},
    connection::{Connection, Hooks, Reader},
    discovery::MemoryStore,
    plane::TcpPlane,
    runtime::{ServeOptions, Settings},
    server::AsyncHandler,
};

fn options() -> CallOptions {
    CallOptions::default()
}

fn keep_alive(millis: u64) -> Settings {
    Settings {
        keep_alive: Duration::from_millis(millis),
        ..Settings::default()
    }
}

#[test]
fn a_worker_that_falls_silent_is_given_up() -> Result<()> {
    run(async {
        let cluster = Cluster::with(On::Tcp, keep_alive(20));
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let call = client.generate(text("x"), options());
        let mut connection = worker.accept(raw::WINDOW).await;
        connection.frame_of(raw::PING).await;
        let error = call.one().await.err().unwrap_or_else(|| panic!("answered"));
        assert_eq!(error.code, ErrorCode::UnknownOutcome);
        assert!(error.message.contains("no sign of life"), "{}", error.message);
        connection.closed().await;
        Ok(())
    })
}

#[test]
fn a_caller_that_falls_silent_is_given_up() -> Result<()> {
    run(async {
        let cluster = Cluster::with(On::Tcp, keep_alive(500));
        let workers = cluster.named(1).await?;
        let address = raw::address_of(workers[0].discovery(), workers[0].instance_id()).await?;
        let mut peer = raw::Raw::connect(&address, raw::WINDOW).await;
        peer.write(&raw::call(1, PATH, b"hang")).await;
        assert_eq!(peer.frame_of(raw::DATA).await.text(), "hanging");
        assert_eq!(workers[0].running_calls(), 1);
        peer.frame_of(raw::PING).await;
        peer.closed().await;
        until(|| workers[0].running_calls() == 0).await;
        Ok(())
    })
}

#[test]
fn a_connection_that_rested_is_pinged_before_it_is_given_up() -> Result<()> {
    run(async {
        let settings = keep_alive(50);
        let rest = settings.keep_alive * 3;
        let cluster = Cluster::with(On::Tcp, settings);
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let first = client.generate(text("x"), options());
        let mut connection = worker.accept(raw::WINDOW).await;
        let stream = connection.frame_of(raw::OPEN).await.stream;
        connection.write(&raw::data(stream, raw::ONLY, b"ok")).await;
        first.one().await?;
        // Nothing happens meanwhile: there is no event to wait for.
        tokio::time::sleep(rest).await;
        let _second = client.generate(text("x"), options());
        connection.frame_of(raw::PING).await;
        Ok(())
    })
}

#[test]
fn durations_at_their_limits_are_borne() -> Result<()> {
    on_both_planes(|on| async move {
        for keep_alive in [Duration::ZERO, Duration::MAX] {
            let cluster = Cluster::with(
                on,
                Settings {
                    keep_alive,
                    window: 0,
                    connect_timeout: Duration::MAX,
                    shutdown_timeout: Duration::MAX,
                    ..Settings::default()
                },
            );
            let patient = ClientOptions {
                wait: Duration::MAX,
                ..ClientOptions::default()
            };
            let client = cluster.client_with(0, patient).await?;
            let early = client.generate(text(NAME), options());
            let workers = cluster.named(1).await?;
            assert_eq!(read(&early.one().await?), workers[0].instance_id().to_string());
            // The task that looks after deadlines lives.
            let deadline = Some(Instant::now() + Duration::from_millis(20));
            let mut late = client.generate(text("hang"), CallOptions { deadline, ..options() });
            // It sends one item, if there is time for it.
            let mut end = late.next().await;
            if end.is_ok() {
                end = late.next().await;
            }
            assert_eq!(code(end), Some(ErrorCode::DeadlineExceeded));
            assert_eq!(workers[0].shut_down(Some(Duration::MAX)).await.cut_off, 0);
        }
        Ok(())
    })
}

#[test]
fn waiting_for_instances_ends_with_the_runtime() -> Result<()> {
    on_both_planes(|on| async move {
        let runtime = Cluster::new(on).runtime()?;
        let client = runtime.endpoint(PATH)?.client(Default::default()).await?;
        let waiting = tokio::spawn({
            let client = client.clone();
            async move { client.wait_for_instances(1, None).await }
        });
        runtime.shut_down(None).await;
        let ended = waiting.await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(code(ended), Some(ErrorCode::ShuttingDown));
        Ok(())
    })
}

/// Keeps what it is given, for the test to feed.
#[derive(Default)]
struct ByHand(Mutex<Vec<(Connection, OwnedFd)>>);

impl Reader for ByHand {
    fn attach(&self, connection: &Connection, socket: OwnedFd) {
        self.0.lock().push((connection.clone(), socket));
    }
}

#[test]
fn nothing_begins_on_a_connection_that_has_ended() -> Result<()> {
    run(async {
        let by_hand = Arc::new(ByHand::default());
        let hooks = Hooks {
            reader: Some(Arc::clone(&by_hand) as Arc<dyn Reader>),
            ..Hooks::default()
        };
        let plane = TcpPlane::new("127.0.0.1".to_owned(), 0, Duration::from_secs(5));
        let discovery = stator_runtime::discovery::MemoryDiscovery::connect(MemoryStore::new())?;
        let worker = DistributedRuntime::new(Arc::new(discovery), Arc::new(plane), Settings::default(), hooks);
        let handler = AsyncHandler::new(|_call| std::future::pending());
        worker.endpoint(PATH)?.serve(handler, ServeOptions::default()).await?;
        let address = raw::address_of(worker.discovery(), worker.instance_id()).await?;
        let _peer = raw::Raw::connect(&address, raw::WINDOW).await;
        until(|| by_hand.0.lock().len() == 1).await;
        let connection = by_hand.0.lock()[0].0.clone();
        connection.feed(&raw::call(1, PATH, b"before"));
        assert_eq!(worker.running_calls(), 1);
        connection.feed_end();
        until(|| worker.running_calls() == 0).await;
        // The embedder had more in its buffer.
        connection.feed(&raw::call(2, PATH, b"after"));
        assert_eq!((worker.running_calls(), connection.open_calls()), (0, 0));
        Ok(())
    })
}
