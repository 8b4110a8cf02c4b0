//! The four kinds of call, and what may go wrong in each, on both planes.

use std::time::{Duration, Instant};

use crate::support::{Cluster, on_all_planes, read, text};
use stator_runtime::{
    Error, ErrorCode, Result,
    client::{CallOptions, Router},
    payload::{Lane, Payload},
    runtime::{ServeOptions, Settings},
};

fn options() -> CallOptions {
    CallOptions::default()
}

#[test]
fn unary() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, served) = cluster
            .worker(ServeOptions::default(), |call| async move {
                let Some(request) = call.next().await? else {
                    return Ok(());
                };
                assert_eq!(call.next().await?, None);
                call.send(text(&format!("{} {}", read(&request), call.info().id))).await
            })
            .await?;
        let client = cluster.client(1).await?;
        let call = client.generate(
            text("hello"),
            CallOptions {
                id: Some("seven".into()),
                ..options()
            },
        );
        assert_eq!(read(&call.one().await?), "hello seven");
        assert_eq!(client.instance_ids(), [worker.instance_id()]);
        served.closed_after_stop().await
    })
}

#[test]
fn server_stream_in_order_with_both_lanes() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::new(on);
        let _worker = cluster
            .worker(ServeOptions::default(), |call| async move {
                for number in 0..10_000_u32 {
                    if number % 2 == 0 {
                        call.send(text(&number.to_string())).await?;
                    } else {
                        call.send(Payload::bytes(number.to_be_bytes().to_vec())).await?;
                    }
                }
                Ok(())
            })
            .await?;
        let mut stream = cluster.client(1).await?.generate(text("go"), options());
        for number in 0..10_000_u32 {
            let Some(item) = stream.next().await? else {
                panic!("ended at {number}")
            };
            match item.lane {
                Lane::Text => assert_eq!(read(&item), number.to_string()),
                Lane::Bytes => assert_eq!(item.data, number.to_be_bytes().to_vec()),
                Lane::Msgpack => panic!("nobody sent that"),
            }
        }
        assert_eq!(stream.next().await?, None);
        Ok(())
    })
}

#[test]
fn client_stream() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::new(on);
        let _worker = cluster
            .worker(ServeOptions::default(), |call| async move {
                let mut sum = 0_u64;
                while let Some(number) = call.next().await? {
                    sum += read(&number).parse::<u64>().unwrap_or(0);
                }
                call.send(text(&sum.to_string())).await
            })
            .await?;
        let (response, request) = cluster.client(1).await?.open(Router::RoundRobin, options());
        for number in 1..=5_000_u64 {
            request.send(text(&number.to_string())).await?;
        }
        request.finish();
        assert_eq!(read(&response.one().await?), (5_000 * 5_001 / 2).to_string());
        Ok(())
    })
}

#[test]
fn duplex_answers_while_the_request_goes_on() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::new(on);
        let _worker = cluster
            .worker(ServeOptions::default(), |call| async move {
                while let Some(word) = call.next().await? {
                    call.send(text(&format!("<{}>", read(&word)))).await?;
                }
                Ok(())
            })
            .await?;
        let (mut response, request) = cluster.client(1).await?.open(Router::RoundRobin, options());
        for word in ["a", "b", "c"] {
            request.send(text(word)).await?;
            assert_eq!(
                response.next().await?.map(|item| read(&item)),
                Some(format!("<{word}>"))
            );
        }
        request.finish();
        assert_eq!(response.next().await?, None);
        Ok(())
    })
}

#[test]
fn messages_far_over_the_window_arrive_whole_both_ways() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::new(on);
        let _worker = cluster
            .worker(ServeOptions::default(), |call| async move {
                while let Some(request) = call.next().await? {
                    call.send(request).await?;
                }
                Ok(())
            })
            .await?;
        let large: Vec<u8> = (0..20_000_000_u32).map(|index| (index % 251) as u8).collect();
        let client = cluster.client(1).await?;
        let mut stream = client.generate(Payload::bytes(large.clone()), options());
        assert!(stream.next().await?.is_some_and(|item| item.data == large));
        assert_eq!(stream.next().await?, None);
        Ok(())
    })
}

#[test]
fn a_message_over_the_limit_is_a_typed_error_and_harms_nobody() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::with(
            on,
            Settings {
                max_message: 100_000,
                ..Settings::default()
            },
        );
        let _worker = cluster
            .worker(ServeOptions::default(), |call| async move {
                let Some(request) = call.next().await? else {
                    return Ok(());
                };
                let size = read(&request).trim().parse().unwrap_or(0);
                call.send(Payload::bytes(vec![0; size])).await
            })
            .await?;
        let client = cluster.client(1).await?;
        let bystander = client.generate(text("5"), options());
        let request = client.generate(text(&" ".repeat(100_001)), options());
        assert_eq!(
            request.one().await.map_err(|error| error.code),
            Err(ErrorCode::PayloadTooLarge)
        );
        let response = client.generate(text("100001"), options());
        assert_eq!(
            response.one().await.map_err(|error| error.code),
            Err(ErrorCode::PayloadTooLarge)
        );
        let fits = client.generate(text("100000"), options());
        assert_eq!(fits.one().await?.data.len(), 100_000);
        assert_eq!(bystander.one().await?.data.len(), 5);
        Ok(())
    })
}

#[test]
fn an_error_comes_after_the_items_before_it() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::new(on);
        let _worker = cluster
            .worker(ServeOptions::default(), |call| async move {
                for _ in 0..3 {
                    call.send(text("item")).await?;
                }
                Err(Error {
                    stack: Some("somewhere".into()),
                    ..Error::new(ErrorCode::InvalidRequest, "words[3]: no")
                })
            })
            .await?;
        let mut stream = cluster.client(1).await?.generate(text("go"), options());
        for _ in 0..3 {
            assert!(stream.next().await?.is_some());
        }
        let error = stream.next().await.err().unwrap_or_else(|| panic!("no error"));
        assert_eq!(
            (error.code, error.message.as_str()),
            (ErrorCode::InvalidRequest, "words[3]: no")
        );
        assert_eq!(error.stack.as_deref(), Some("somewhere"));
        assert!(error.instance.is_some());
        Ok(())
    })
}

#[test]
fn an_unknown_endpoint_is_refused() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, _served) = cluster.worker(ServeOptions::default(), |_| async { Ok(()) }).await?;
        let client = worker.endpoint("test.worker.rum")?.client(Default::default()).await?;
        let error = client
            .generate(text("x"), options())
            .one()
            .await
            .err()
            .unwrap_or_else(|| panic!("no error"));
        assert_eq!(error.code, ErrorCode::NoInstances);
        assert!(
            error.message.contains("test.worker.rum") && error.message.contains("memory"),
            "{}",
            error.message
        );
        assert!(
            error.message.contains("did you mean test.worker.run?"),
            "{}",
            error.message
        );
        Ok(())
    })
}

#[test]
fn deadlines_end_the_call_on_both_sides() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let _worker = cluster
            .worker(ServeOptions::default(), move |call| {
                let told = told.clone();
                async move {
                    let left = call
                        .info()
                        .deadline
                        .map(|at| at.saturating_duration_since(Instant::now()));
                    let guard = TellOnDrop(told, left);
                    call.stopped().await;
                    drop(guard);
                    Ok(())
                }
            })
            .await?;
        let client = cluster.client(1).await?;
        // On a busy machine a short one passes before the worker has the call.
        for patience in [50, 500, 5000].map(Duration::from_millis) {
            let deadline = Some(Instant::now() + patience);
            let call = client.generate(text("x"), CallOptions { deadline, ..options() });
            assert_eq!(
                call.one().await.map_err(|error| error.code),
                Err(ErrorCode::DeadlineExceeded)
            );
            if let Ok(left) = tokio::time::timeout(Duration::from_secs(2), hears.recv()).await {
                let left = left.flatten();
                assert!(left.is_some_and(|left| left <= patience), "{left:?}");
                return Ok(());
            }
        }
        panic!("the worker was never told");
    })
}

struct TellOnDrop(tokio::sync::mpsc::UnboundedSender<Option<Duration>>, Option<Duration>);

impl Drop for TellOnDrop {
    fn drop(&mut self) {
        let _ = self.0.send(self.1);
    }
}

#[test]
fn dropping_the_response_kills_the_handler_and_stop_asks_it_to_finish() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let _worker = cluster
            .worker(ServeOptions::default(), move |call| {
                let told = told.clone();
                async move {
                    let _guard = TellOnDrop(told, None);
                    call.send(text("first")).await?;
                    call.stopped().await;
                    call.send(text("last words")).await
                }
            })
            .await?;
        let client = cluster.client(1).await?;
        let mut stopped = client.generate(text("x"), options());
        assert!(stopped.next().await?.is_some());
        stopped.stop();
        assert_eq!(
            stopped.next().await?.map(|item| read(&item)).as_deref(),
            Some("last words")
        );
        assert_eq!(stopped.next().await?, None);
        assert_eq!(hears.recv().await, Some(None));
        let mut killed = client.generate(text("x"), options());
        assert!(killed.next().await?.is_some());
        drop(killed);
        assert_eq!(hears.recv().await, Some(None));
        Ok(())
    })
}

#[test]
fn a_reader_that_does_not_read_stops_its_writer_and_nobody_else() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::with(
            on,
            Settings {
                window: 65_536,
                ..Settings::default()
            },
        );
        let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let _worker = cluster
            .worker(ServeOptions::default(), move |call| {
                let told = told.clone();
                async move {
                    let Some(request) = call.next().await? else {
                        return Ok(());
                    };
                    if read(&request) == "small" {
                        return call.send(text("ok")).await;
                    }
                    loop {
                        call.send(text(&"x".repeat(990))).await?;
                        let _ = told.send(());
                    }
                }
            })
            .await?;
        let client = cluster.client(1).await?;
        let mut slow = client.generate(text("endless"), options());
        // 65 items of 990 + 2 quotes + 8 bytes are the credit; one more waits in the worker.
        for _ in 0..65 {
            hears.recv().await;
        }
        for _ in 0..100 {
            assert_eq!(read(&client.generate(text("small"), options()).one().await?), "ok");
        }
        if on.is_dynamo() {
            // Sockets of its own hold more than the credit, but not without end.
            let mut heard = 0;
            loop {
                for _ in 0..100 {
                    assert_eq!(read(&client.generate(text("small"), options()).one().await?), "ok");
                }
                let before = heard;
                while hears.try_recv().is_ok() {
                    heard += 1;
                }
                if heard == before {
                    break;
                }
                assert!(heard < 100_000, "nothing stops the writer");
            }
        } else {
            assert!(hears.try_recv().is_err(), "the writer went on without credit");
        }
        for _ in 0..1_000 {
            assert!(slow.next().await?.is_some());
        }
        Ok(())
    })
}

#[test]
fn metadata_travels_and_oversized_metadata_is_refused() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::new(on);
        let _worker = cluster
            .worker(ServeOptions::default(), |call| async move {
                let (key, value) = call.info().metadata.first().cloned().unwrap_or_default();
                call.send(text(&format!("{key}={value}"))).await
            })
            .await?;
        let client = cluster.client(1).await?;
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let metadata = vec![("traceparent".to_owned(), trace.to_owned())];
        let call = client.generate(text("x"), CallOptions { metadata, ..options() });
        assert_eq!(read(&call.one().await?), format!("traceparent={trace}"));
        let metadata = vec![("k".to_owned(), "v".repeat(100_000))];
        let call = client.generate(text("x"), CallOptions { metadata, ..options() });
        assert_eq!(
            call.one().await.map_err(|error| error.code),
            Err(ErrorCode::PayloadTooLarge)
        );
        Ok(())
    })
}

#[test]
fn more_calls_than_the_limit_are_refused_as_overloaded() -> Result<()> {
    on_all_planes(|on| async move {
        let cluster = Cluster::with(
            on,
            Settings {
                max_calls: 2,
                ..Settings::default()
            },
        );
        let _worker = cluster
            .worker(ServeOptions::default(), |call| async move {
                call.send(text("in")).await?;
                call.stopped().await;
                Ok(())
            })
            .await?;
        let client = cluster.client(1).await?;
        let mut first = client.generate(text("x"), options());
        let mut second = client.generate(text("x"), options());
        assert!(first.next().await?.is_some() && second.next().await?.is_some());
        let third = client.generate(text("x"), options()).one().await;
        assert_eq!(third.map_err(|error| error.code), Err(ErrorCode::Overloaded));
        first.stop();
        assert_eq!(first.next().await?, None);
        let mut fourth = client.generate(text("x"), options());
        assert!(fourth.next().await?.is_some());
        Ok(())
    })
}

trait ClosedAfterStop {
    async fn closed_after_stop(&self) -> Result<()>;
}

impl ClosedAfterStop for stator_runtime::runtime::ServedEndpoint {
    async fn closed_after_stop(&self) -> Result<()> {
        self.stop().await?;
        self.closed().await;
        Ok(())
    }
}
