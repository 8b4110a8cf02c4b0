//! Leaving in order: withdraw, stop accepting, drain, close.

use std::{future::Future, pin::pin, sync::Arc, task::Poll, time::Duration};

use crate::support::{Cluster, NAME, On, PATH, code, on_both_planes, raw, read, run, text, until};
use stator_runtime::{
    DistributedRuntime, ErrorCode, Result,
    client::CallOptions,
    runtime::{Phase, ServeOptions, ServedEndpoint},
    server::{AsyncHandler, IncomingCall},
};
use tokio::sync::Semaphore;

fn options() -> CallOptions {
    CallOptions::default()
}

const UNGRACEFUL: ServeOptions = ServeOptions {
    idempotent: false,
    graceful_shutdown: false,
    contract: None,
};

/// A worker that streams numbers, each when the gate lets one through, and ends after five.
async fn gated(cluster: &Cluster) -> Result<(DistributedRuntime, ServedEndpoint, Arc<Semaphore>)> {
    let gate = Arc::new(Semaphore::new(0));
    let handler_gate = Arc::clone(&gate);
    let (runtime, served) = cluster
        .worker(ServeOptions::default(), move |call| {
            let gate = Arc::clone(&handler_gate);
            async move {
                for number in 0..5 {
                    call.send(text(&number.to_string())).await?;
                    if let Ok(permit) = gate.acquire().await {
                        permit.forget();
                    }
                }
                Ok(())
            }
        })
        .await?;
    Ok((runtime, served, gate))
}

/// Serves `path` with a handler that never ends by itself.
async fn hanging(runtime: &DistributedRuntime, path: &str, options: ServeOptions) -> Result<ServedEndpoint> {
    let handler = AsyncHandler::new(|call: IncomingCall| async move {
        call.send(text("hanging")).await?;
        std::future::pending().await
    });
    runtime.endpoint(path)?.serve(handler, options).await
}

/// Resolves when discovery knows nobody.
async fn withdrawn(runtime: &DistributedRuntime) -> Result<()> {
    let mut instances = runtime.discovery().watch().await?;
    assert!(instances.wait_for(|instances| instances.is_empty()).await.is_ok());
    Ok(())
}

/// Whether a future is not done yet, now.
async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
    std::future::poll_fn(|context| Poll::Ready(pin!(&mut *future).poll(context).is_pending())).await
}

#[test]
fn running_streams_finish_in_full() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, served, gate) = gated(&cluster).await?;
        let observer = cluster.runtime()?;
        let client = cluster.client(1).await?;
        let mut streams = Vec::new();
        for _ in 0..20 {
            let mut stream = client.generate(text("go"), options());
            assert_eq!(stream.next().await?.map(|item| read(&item)).as_deref(), Some("0"));
            streams.push(stream);
        }
        let shutdown = tokio::spawn({
            let worker = worker.clone();
            async move { worker.shut_down(None).await }
        });
        withdrawn(&observer).await?;
        assert_eq!(worker.phase(), Phase::Draining);
        assert_eq!((worker.running_calls(), served.running_calls()), (20, 20));
        gate.add_permits(1000);
        for mut stream in streams {
            for number in 1..5 {
                assert_eq!(stream.next().await?.map(|item| read(&item)), Some(number.to_string()));
            }
            assert_eq!(stream.next().await?, None);
        }
        assert_eq!(shutdown.await.ok().map(|shutdown| shutdown.cut_off), Some(0));
        assert_eq!((worker.phase(), worker.running_calls()), (Phase::Closed, 0));
        served.closed().await;
        for connection in worker.connections() {
            connection.closed().await;
        }
        Ok(())
    })
}

#[test]
fn new_calls_go_elsewhere_while_one_drains() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, _served, gate) = gated(&cluster).await?;
        let client = cluster.client(1).await?;
        let mut running = client.generate(text("go"), options());
        assert!(running.next().await?.is_some());
        let others = cluster.named(1).await?;
        client.wait_for_instances(2, None).await?;
        let shutdown = tokio::spawn(async move { worker.shut_down(None).await });
        until(|| client.instance_ids() == [others[0].instance_id()]).await;
        for _ in 0..50 {
            let call = client.generate(text(NAME), options());
            assert_eq!(read(&call.one().await?), others[0].instance_id().to_string());
        }
        gate.add_permits(1000);
        while running.next().await?.is_some() {}
        assert_eq!(shutdown.await.ok().map(|shutdown| shutdown.cut_off), Some(0));
        Ok(())
    })
}

#[test]
fn the_last_one_leaves_no_instances() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let workers = cluster.named(1).await?;
        let client = cluster.client(1).await?;
        let call = client.generate(text(NAME), options());
        assert_eq!(read(&call.one().await?), workers[0].instance_id().to_string());
        workers[0].shut_down(None).await;
        // Which of them depends on what this client has heard.
        let error = code(client.generate(text(NAME), options()).one().await);
        assert!(error.is_some_and(ErrorCode::retryable), "{error:?}");
        withdrawn(&cluster.runtime()?).await?;
        until(|| client.instance_ids().is_empty()).await;
        assert_eq!(
            code(client.generate(text(NAME), options()).one().await),
            Some(ErrorCode::NoInstances)
        );
        Ok(())
    })
}

/// What a peer sees, step by step.
#[test]
fn a_draining_worker_says_so_and_listens_no_more() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let (worker, _served, gate) = gated(&cluster).await?;
        let address = raw::address_of(worker.discovery(), worker.instance_id()).await?;
        let mut peer = raw::Raw::connect(&address, raw::WINDOW).await;
        peer.write(&raw::call(1, PATH, b"go")).await;
        assert_eq!(peer.frame_of(raw::DATA).await.text(), "0");
        let shutdown = tokio::spawn(async move { worker.shut_down(None).await });
        assert_eq!(peer.frame_of(raw::GO_AWAY).await.number(), 1);
        assert!(tokio::net::TcpStream::connect(&address).await.is_err());
        // A call that crossed with the go-away is refused, and begun by nobody.
        peer.write(&raw::call(2, PATH, b"go")).await;
        let refusal = peer.frame_of(raw::ERROR).await;
        assert_eq!((refusal.stream, refusal.flags), (2, raw::REFUSED));
        assert_eq!(refusal.code(), "shutting_down");
        gate.add_permits(1000);
        for number in 1..5 {
            assert_eq!(peer.frame_of(raw::DATA).await.text(), number.to_string());
        }
        assert_eq!(peer.frame_of(raw::DATA).await.flags & raw::END_STREAM, raw::END_STREAM);
        assert_eq!(peer.frame().await, None);
        drop(peer);
        assert_eq!(shutdown.await.ok().map(|shutdown| shutdown.cut_off), Some(0));
        Ok(())
    })
}

#[test]
fn the_budget_cuts_off_what_hangs_and_counts_it() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let worker = cluster.runtime()?;
        let served = hanging(&worker, PATH, ServeOptions::default()).await?;
        let client = cluster.client(1).await?;
        let mut calls = Vec::new();
        for _ in 0..3 {
            let mut call = client.generate(text("go"), options());
            assert!(call.next().await?.is_some());
            calls.push(call);
        }
        let shutdown = worker.shut_down(Some(Duration::from_millis(20))).await;
        assert_eq!(shutdown.cut_off, 3);
        for mut call in calls {
            assert_eq!(code(call.next().await), Some(ErrorCode::UnknownOutcome));
        }
        served.closed().await;
        Ok(())
    })
}

#[test]
fn a_second_shutdown_waits_for_the_first() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, _served, gate) = gated(&cluster).await?;
        let observer = cluster.runtime()?;
        let client = cluster.client(1).await?;
        let mut stream = client.generate(text("go"), options());
        assert!(stream.next().await?.is_some());
        // Whoever asked first need not stay.
        let mut first = Box::pin(worker.shut_down(None));
        assert!(is_pending(&mut first).await);
        drop(first);
        let mut second = Box::pin(worker.shut_down(Some(Duration::ZERO)));
        assert!(is_pending(&mut second).await);
        withdrawn(&observer).await?;
        assert!(is_pending(&mut second).await);
        gate.add_permits(1000);
        while stream.next().await?.is_some() {}
        assert_eq!(second.await.cut_off, 0);
        assert_eq!(worker.phase(), Phase::Closed);
        assert_eq!(worker.shut_down(None).await.cut_off, 0);
        Ok(())
    })
}

#[test]
fn stopping_one_endpoint_leaves_the_others_served() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, served, gate) = gated(&cluster).await?;
        let other = hanging(&worker, "test.worker.other", ServeOptions::default()).await?;
        let client = cluster.client(1).await?;
        let mut stream = client.generate(text("go"), options());
        assert!(stream.next().await?.is_some());
        let mut stop = Box::pin(served.stop());
        assert!(is_pending(&mut stop).await);
        // It drains meanwhile.
        gate.add_permits(1000);
        while stream.next().await?.is_some() {}
        let (first, second) = tokio::join!(stop, served.stop());
        assert!(first.is_ok() && second.is_ok());
        served.closed().await;
        let others = cluster
            .runtime()?
            .endpoint("test.worker.other")?
            .client(Default::default())
            .await?;
        let mut call = others.generate(text("go"), options());
        assert!(call.next().await?.is_some());
        assert_eq!((other.running_calls(), worker.phase()), (1, Phase::Running));
        // Its place is free again.
        let again = hanging(&worker, PATH, ServeOptions::default()).await?;
        client.wait_for_instances(1, None).await?;
        assert!(client.generate(text("go"), options()).next().await?.is_some());
        drop(call);
        again.stop().await
    })
}

#[test]
fn an_endpoint_that_stopped_refuses_so_that_others_are_tried() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let worker = cluster.runtime()?;
        let served = hanging(&worker, PATH, ServeOptions::default()).await?;
        let address = raw::address_of(worker.discovery(), worker.instance_id()).await?;
        let mut peer = raw::Raw::connect(&address, raw::WINDOW).await;
        served.stop().await?;
        peer.write(&raw::call(1, PATH, b"go")).await;
        let refusal = peer.frame_of(raw::ERROR).await;
        assert_eq!(
            (refusal.flags, refusal.code().as_str()),
            (raw::REFUSED, "shutting_down")
        );
        peer.write(&raw::call(2, "test.worker.never", b"go")).await;
        let refusal = peer.frame_of(raw::ERROR).await;
        assert_eq!((refusal.flags, refusal.code().as_str()), (raw::REFUSED, "not_found"));
        Ok(())
    })
}

#[test]
fn an_ungraceful_endpoint_is_cut_off_at_once_and_the_others_are_not() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, _graceful, gate) = gated(&cluster).await?;
        let hasty = hanging(&worker, "test.worker.hasty", UNGRACEFUL).await?;
        let client = cluster.client(1).await?;
        let mut stream = client.generate(text("go"), options());
        assert!(stream.next().await?.is_some());
        let hasty_client = cluster
            .runtime()?
            .endpoint("test.worker.hasty")?
            .client(Default::default())
            .await?;
        let mut cut = hasty_client.generate(text("go"), options());
        assert!(cut.next().await?.is_some());
        let shutdown = tokio::spawn({
            let worker = worker.clone();
            async move { worker.shut_down(None).await }
        });
        assert_eq!(code(cut.next().await), Some(ErrorCode::UnknownOutcome));
        hasty.closed().await;
        assert_eq!(worker.phase(), Phase::Draining);
        gate.add_permits(1000);
        for number in 1..5 {
            assert_eq!(stream.next().await?.map(|item| read(&item)), Some(number.to_string()));
        }
        assert_eq!(stream.next().await?, None);
        assert_eq!(shutdown.await.ok().map(|shutdown| shutdown.cut_off), Some(1));
        Ok(())
    })
}

#[test]
fn stopping_an_ungraceful_endpoint_cuts_its_calls_off() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let worker = cluster.runtime()?;
        let served = hanging(&worker, PATH, UNGRACEFUL).await?;
        let client = cluster.client(1).await?;
        let mut call = client.generate(text("go"), options());
        assert!(call.next().await?.is_some());
        served.stop().await?;
        assert_eq!(code(call.next().await), Some(ErrorCode::UnknownOutcome));
        assert_eq!(worker.phase(), Phase::Running);
        Ok(())
    })
}

#[test]
fn after_a_shutdown_nothing_is_served_or_called() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let _workers = cluster.named(1).await?;
        let leaving = cluster.runtime()?;
        let fresh = leaving.endpoint(PATH)?.client(Default::default()).await?;
        let used = leaving.endpoint(PATH)?.client(Default::default()).await?;
        let mut open = used.generate(text("hang"), options());
        assert!(open.next().await?.is_some());
        leaving.shut_down(None).await;
        // What was open here may have taken effect there.
        assert_eq!(code(open.next().await), Some(ErrorCode::UnknownOutcome));
        for client in [fresh, used] {
            let call = client.generate(text(NAME), options());
            assert_eq!(code(call.one().await), Some(ErrorCode::ShuttingDown));
        }
        let refused = hanging(&leaving, "test.worker.late", ServeOptions::default()).await;
        assert_eq!(code(refused), Some(ErrorCode::ShuttingDown));
        assert!(leaving.connections().iter().all(|connection| connection.is_closed()));
        Ok(())
    })
}

#[test]
fn serving_while_draining_is_refused() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, _served, gate) = gated(&cluster).await?;
        let client = cluster.client(1).await?;
        let mut stream = client.generate(text("go"), options());
        assert!(stream.next().await?.is_some());
        let mut shutdown = Box::pin(worker.shut_down(None));
        assert!(is_pending(&mut shutdown).await);
        let refused = hanging(&worker, "test.worker.late", ServeOptions::default()).await;
        assert_eq!(code(refused), Some(ErrorCode::ShuttingDown));
        gate.add_permits(1000);
        while stream.next().await?.is_some() {}
        assert_eq!(shutdown.await.cut_off, 0);
        Ok(())
    })
}
