//! Calls that are made while their connection is, and connections that nobody needs any more.

use std::time::{Duration, Instant};

use crate::support::{Cluster, NAME, On, code, on_both_planes, raw, read, run, text};
use stator_runtime::{
    Error, ErrorCode, Result,
    client::{CallOptions, Router},
    runtime::ServeOptions,
};

fn options() -> CallOptions {
    CallOptions::default()
}

#[test]
fn calls_made_while_connecting_share_the_connection() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let calls: Vec<_> = (0..100).map(|_| client.generate(text("x"), options())).collect();
        let mut connection = worker.accept_silently().await;
        connection.answer(raw::WINDOW).await;
        for _ in 0..100 {
            let stream = connection.frame_of(raw::OPEN).await.stream;
            connection.write(&raw::data(stream, raw::ONLY, b"ok")).await;
        }
        for call in calls {
            assert_eq!(read(&call.one().await?), "ok");
        }
        Ok(())
    })
}

#[test]
fn calls_whose_connection_is_refused_go_elsewhere() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let refusing = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let calls: Vec<_> = (0..20).map(|_| client.generate(text(NAME), options())).collect();
        let mut connection = refusing.accept_silently().await;
        assert!(connection.preface().await.is_some());
        let workers = cluster.named(1).await?;
        client.wait_for_instances(2, None).await?;
        let why = r#"{"agent":"by hand","window":0,"maxMessage":0,"error":{"code":"version_mismatch","message":"no"}}"#;
        connection.write(&raw::preface((2, 3), why)).await;
        for call in calls {
            assert_eq!(read(&call.one().await?), workers[0].instance_id().to_string());
        }
        Ok(())
    })
}

#[test]
fn a_peer_of_another_wire_is_a_clear_error() -> Result<()> {
    run(async {
        for (answer, expected) in [
            (
                raw::preface((2, 3), &raw::hello(raw::WINDOW)),
                ErrorCode::VersionMismatch,
            ),
            (raw::preface((1, 1), &raw::hello(0)), ErrorCode::Protocol),
            (raw::preface((1, 1), "{}"), ErrorCode::Protocol),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), ErrorCode::Protocol),
            (Vec::new(), ErrorCode::Unavailable),
        ] {
            let cluster = Cluster::new(On::Tcp);
            let worker = cluster.raw_worker(false).await?;
            let client = cluster.client(1).await?;
            let call = client.generate(text("x"), options());
            let mut connection = worker.accept_silently().await;
            assert!(connection.preface().await.is_some());
            connection.write(&answer).await;
            drop(connection);
            assert_eq!(code(call.one().await), Some(expected));
        }
        Ok(())
    })
}

#[test]
fn what_happens_to_a_call_while_connecting_holds_when_it_is_open() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let killed = client.generate(text("killed"), options());
        let mut stopped = client.generate(text("stopped"), options());
        let deadline = Some(Instant::now() + Duration::from_millis(20));
        let late = client.generate(text("late"), CallOptions { deadline, ..options() });
        let (mut streamed, request) = client.open(Router::RoundRobin, options());
        let early = tokio::spawn(async move {
            request.send(text("early")).await?;
            request.finish();
            Ok::<_, Error>(())
        });
        drop(killed);
        stopped.stop();
        let mut connection = worker.accept_silently().await;
        assert_eq!(code(late.one().await), Some(ErrorCode::DeadlineExceeded));
        connection.answer(raw::WINDOW).await;
        // Of the killed and the late call there is nothing on the wire.
        let open = connection.frame().await.unwrap_or_else(|| panic!("closed"));
        let request = connection.frame().await.unwrap_or_else(|| panic!("closed"));
        let stop = connection.frame().await.unwrap_or_else(|| panic!("closed"));
        assert_eq!(
            (open.kind, request.kind, stop.kind),
            (raw::OPEN, raw::DATA, raw::CANCEL)
        );
        assert_eq!(
            (request.text().as_str(), stop.payload.as_slice()),
            ("stopped", &[0][..])
        );
        assert_eq!((request.stream, stop.stream), (open.stream, open.stream));
        connection
            .write(&raw::data(open.stream, raw::ONLY, b"last words"))
            .await;
        assert_eq!(
            stopped.next().await?.map(|item| read(&item)).as_deref(),
            Some("last words")
        );
        let open = connection.frame().await.unwrap_or_else(|| panic!("closed"));
        assert_eq!(open.kind, raw::OPEN);
        assert_eq!(connection.frame_of(raw::DATA).await.text(), "early");
        assert_eq!(connection.frame_of(raw::DATA).await.flags, raw::END_STREAM);
        connection.write(&raw::data(open.stream, raw::END_STREAM, b"")).await;
        assert_eq!(streamed.next().await?, None);
        assert!(early.await.is_ok_and(|result| result.is_ok()));
        assert_eq!(client.workers()[0].open_calls(), 0);
        Ok(())
    })
}

#[test]
fn a_connection_goes_with_the_last_client_that_needs_it() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let call = client.generate(text("x"), options());
        let mut connection = worker.accept(raw::WINDOW).await;
        let stream = connection.frame_of(raw::OPEN).await.stream;
        drop(client);
        // The open call keeps it.
        connection.write(&raw::data(stream, raw::ONLY, b"ok")).await;
        assert_eq!(read(&call.one().await?), "ok");
        connection.closed().await;
        Ok(())
    })
}

#[test]
fn an_answer_that_was_sent_counts_although_the_worker_is_gone() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let call = client.generate(text("x"), options());
        let mut connection = worker.accept(raw::WINDOW).await;
        let stream = connection.frame_of(raw::OPEN).await.stream;
        connection.frame_of(raw::DATA).await;
        connection.write(&raw::data(stream, raw::ONLY, b"ok")).await;
        drop(connection);
        assert_eq!(read(&call.one().await?), "ok");
        Ok(())
    })
}

#[test]
fn a_sender_without_credit_hears_that_nobody_reads_the_answer() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let _worker = cluster
            .worker(ServeOptions::default(), move |_call| {
                let _ = told.send(());
                std::future::pending()
            })
            .await?;
        let client = cluster.client(1).await?;
        let (response, request) = client.open(Router::RoundRobin, options());
        hears.recv().await;
        let sender = tokio::spawn(async move {
            loop {
                let sent = request.send(text(&"x".repeat(100_000))).await;
                if sent.is_err() {
                    return code(sent);
                }
            }
        });
        drop(response);
        assert_eq!(sender.await.ok().flatten(), Some(ErrorCode::Cancelled));
        Ok(())
    })
}

#[test]
fn half_a_request_is_none() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let _worker = cluster
            .worker(ServeOptions::default(), move |call| {
                let told = told.clone();
                async move {
                    let _guard = TellOnDrop(told.clone());
                    while let Some(message) = call.next().await? {
                        let _ = told.send(read(&message));
                    }
                    let _ = told.send("end".to_owned());
                    Ok(())
                }
            })
            .await?;
        let client = cluster.client(1).await?;
        let (mut response, request) = client.open(Router::RoundRobin, options());
        request.send(text("the first of many")).await?;
        assert_eq!(hears.recv().await.as_deref(), Some("the first of many"));
        drop(request);
        assert_eq!(code(response.next().await), Some(ErrorCode::Cancelled));
        // The handler was killed while it waited: it never took this for the end of the request.
        assert_eq!(hears.recv().await.as_deref(), Some("dropped"));
        Ok(())
    })
}

struct TellOnDrop(tokio::sync::mpsc::UnboundedSender<String>);

impl Drop for TellOnDrop {
    fn drop(&mut self) {
        let _ = self.0.send("dropped".to_owned());
    }
}
