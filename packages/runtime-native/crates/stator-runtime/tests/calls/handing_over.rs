//! Over a pipe inside the process a thread can do the work of both ends, without waiting for any other.

use std::{
    cell::Cell,
    sync::{Arc, OnceLock},
};

use parking_lot::Mutex;
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    client::{CallOptions, Client, ResponseSink, Router},
    connection::{End, StreamObserver},
    payload::{Lane, Payload},
    runtime::ServeOptions,
    server::{Handler, ServerCall},
    transport::HandOver,
    wire::frame::Cancel,
};
use tokio::sync::mpsc;

use crate::support::{Cluster, On, PATH, run, until};

thread_local! {
    /// How many handlers are at work on this thread, one inside the other.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// What a handler does with a request, within the call that hands it the request.
type Work = dyn Fn(&ServerCall, &[u8]) + Send + Sync;

struct AtOnce(Arc<Work>);

struct Taken {
    work: Arc<Work>,
    call: ServerCall,
}

impl Handler for AtOnce {
    fn open(&self, call: ServerCall) -> Arc<dyn StreamObserver> {
        Arc::new(Taken {
            work: Arc::clone(&self.0),
            call,
        })
    }
}

impl StreamObserver for Taken {
    fn message(&self, _lane: Lane, data: &[u8], _cost: u32) {
        DEPTH.with(|depth| {
            assert_eq!(depth.replace(1), 0, "a handler runs inside of another one");
            (self.work)(&self.call, data);
            depth.set(0);
        });
    }

    fn end(self: Arc<Self>, _end: End) {}
}

fn answer(call: &ServerCall, data: &[u8]) {
    assert!(call.send(Lane::Bytes, data, true).is_ok());
    call.flush();
}

/// Notes what callers hear: the call, and its items or how it ended.
#[derive(Default)]
struct Heard {
    notes: Mutex<Vec<(u64, String)>>,
    ended: Option<mpsc::UnboundedSender<(u64, Result<()>)>>,
}

impl ResponseSink for Heard {
    fn message(&self, tag: u64, _instance: u64, _lane: Lane, data: &[u8], _cost: u32) {
        let note = String::from_utf8_lossy(data).into_owned();
        self.notes.lock().push((tag, note));
    }

    fn large_message(&self, tag: u64, _instance: u64, _lane: Lane, data: Vec<u8>, _cost: u32) {
        self.notes.lock().push((tag, data.len().to_string()));
    }

    fn end(&self, tag: u64, _instance: u64, result: Result<()>) {
        self.notes
            .lock()
            .push((tag, if result.is_ok() { "end" } else { "failed" }.to_owned()));
        if let Some(ended) = &self.ended {
            // A test that is over asks for nothing.
            let _ = ended.send((tag, result));
        }
    }
}

fn request(bytes: impl Into<Vec<u8>>) -> Option<Payload> {
    Some(Payload::bytes(bytes.into()))
}

/// Starts a call and writes it.
fn start(client: &Client, sink: &Arc<Heard>, tag: u64, payload: Option<Payload>) -> Arc<stator_runtime::client::Call> {
    let sink = Arc::clone(sink) as Arc<dyn ResponseSink>;
    let call = client.start(sink, tag, payload, Router::RoundRobin, CallOptions::default());
    call.flush();
    call
}

async fn served(work: impl Fn(&ServerCall, &[u8]) + Send + Sync + 'static) -> Result<(DistributedRuntime, Client)> {
    let cluster = Cluster::new(On::Memory);
    let worker = cluster.runtime()?;
    let handler = Arc::new(AtOnce(Arc::new(work)));
    worker.endpoint(PATH)?.serve(handler, ServeOptions::default()).await?;
    let client = cluster.client(1).await?;
    // The first call makes the connection.
    let (ended, mut ends) = mpsc::unbounded_channel();
    let heard = Arc::new(Heard {
        ended: Some(ended),
        ..Heard::default()
    });
    start(&client, &heard, 0, request("0"));
    assert!(ends.recv().await.is_some_and(|(_, result)| result.is_ok()));
    Ok((worker, client))
}

#[test]
fn answers_are_there_when_the_thread_has_finished_and_in_order() -> Result<()> {
    run(async {
        let (_worker, client) = served(answer).await?;
        let heard = Arc::<Heard>::default();
        let hand_over = HandOver::begin();
        for tag in 1..=50 {
            start(&client, &heard, tag, request(format!("item {tag}")));
        }
        assert!(
            heard.notes.lock().is_empty(),
            "nothing runs inside of the calls that write"
        );
        hand_over.finish();
        let expected: Vec<_> = (1..=50)
            .flat_map(|tag| [(tag, format!("item {tag}")), (tag, "end".to_owned())])
            .collect();
        assert_eq!(*heard.notes.lock(), expected);
        Ok(())
    })
}

#[test]
fn without_handing_over_the_same_calls_are_answered_by_other_threads() -> Result<()> {
    run(async {
        let (_worker, client) = served(answer).await?;
        let heard = Arc::<Heard>::default();
        for tag in 1..=50 {
            start(&client, &heard, tag, request("item"));
        }
        until(|| heard.notes.lock().len() == 100).await;
        Ok(())
    })
}

#[test]
fn threads_that_hand_over_and_threads_that_do_not_share_a_connection() -> Result<()> {
    run(async {
        let (_worker, client) = served(answer).await?;
        let heard = Arc::<Heard>::default();
        let threads: Vec<_> = (0..4_u64)
            .map(|thread| {
                let (client, heard) = (client.clone(), Arc::clone(&heard));
                tokio::task::spawn_blocking(move || {
                    for round in 0..500 {
                        let hand_over = (thread % 2 == 0).then(HandOver::begin);
                        start(&client, &heard, thread * 1_000 + round, request("item"));
                        if let Some(hand_over) = hand_over {
                            hand_over.finish();
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            assert!(thread.await.is_ok());
        }
        until(|| heard.notes.lock().len() == 4_000).await;
        // What concerns one call stays in its order.
        let notes = heard.notes.lock();
        for tag in (0..4).flat_map(|thread| thread * 1_000..thread * 1_000 + 500) {
            let of_call = notes.iter().filter(|note| note.0 == tag).map(|note| &note.1[..]);
            assert_eq!(of_call.collect::<Vec<_>>(), ["item", "end"]);
        }
        Ok(())
    })
}

#[test]
fn more_than_the_pipe_holds_goes_through_on_the_same_thread() -> Result<()> {
    const SIZE: usize = 8 * 1024 * 1024;
    run(async {
        let (_worker, client) = served(answer).await?;
        let heard = Arc::<Heard>::default();
        // Another thread may still be at what came before, and take what comes meanwhile too.
        for tag in 1..=20 {
            let hand_over = HandOver::begin();
            start(&client, &heard, tag, request(vec![b'x'; SIZE]));
            hand_over.finish();
            let here = std::mem::take(&mut *heard.notes.lock());
            if here == [(tag, SIZE.to_string()), (tag, "end".to_owned())] {
                return Ok(());
            }
            until(|| here.len() + heard.notes.lock().len() == 2).await;
            heard.notes.lock().clear();
        }
        panic!("it never goes through on the same thread");
    })
}

#[test]
fn a_chain_of_a_thousand_calls_is_no_recursion() -> Result<()> {
    const LEVELS: u64 = 1_000;
    run(async {
        let (ended, mut ends) = mpsc::unbounded_channel();
        let heard = Arc::new(Heard {
            ended: Some(ended),
            ..Heard::default()
        });
        let own = Arc::new(OnceLock::<Client>::new());
        let (client_of, sink) = (Arc::clone(&own), Arc::clone(&heard));
        let (_worker, client) = served(move |call, data| {
            // Each handler calls its own endpoint before it answers.
            let level: u64 = String::from_utf8_lossy(data).parse().unwrap_or_default();
            if level > 0
                && let Some(client) = client_of.get()
            {
                start(client, &sink, level - 1, request((level - 1).to_string()));
            }
            answer(call, data);
        })
        .await?;
        let client = own.get_or_init(|| client);
        let hand_over = HandOver::begin();
        start(client, &heard, LEVELS, request(LEVELS.to_string()));
        hand_over.finish();
        // More than one thread does in one go: what is left others do.
        for _ in 0..=LEVELS {
            assert!(ends.recv().await.is_some_and(|(_, result)| result.is_ok()));
        }
        Ok(())
    })
}

#[test]
fn a_call_that_is_killed_before_the_thread_finishes_says_nothing() -> Result<()> {
    run(async {
        let (worker, client) = served(answer).await?;
        let heard = Arc::<Heard>::default();
        let hand_over = HandOver::begin();
        start(&client, &heard, 1, request("item")).cancel(Cancel::Kill);
        hand_over.finish();
        until(|| worker.running_calls() == 0).await;
        assert!(heard.notes.lock().is_empty());
        Ok(())
    })
}

#[test]
fn a_connection_that_breaks_meanwhile_loses_what_was_written_and_nothing_else() -> Result<()> {
    run(async {
        let (ended, mut ends) = mpsc::unbounded_channel();
        let heard = Arc::new(Heard {
            ended: Some(ended),
            ..Heard::default()
        });
        let (worker, client) = served(|call, data| {
            // The first call that makes the connection is answered, no other.
            if data == b"0" {
                answer(call, data);
            }
        })
        .await?;
        let hand_over = HandOver::begin();
        start(&client, &heard, 1, request("lost"));
        for connection in worker.connections() {
            connection.close(Error::new(ErrorCode::Unavailable, "the test closed it"));
        }
        start(&client, &heard, 2, request("0"));
        hand_over.finish();
        for _ in 0..2 {
            let Some((tag, result)) = ends.recv().await else {
                panic!("nothing ended")
            };
            // The second one had not left, and so nobody has run it, whether there was a new connection in time or not.
            match (tag, result.map_err(|error| error.code)) {
                (1, Err(ErrorCode::UnknownOutcome)) | (2, Ok(()) | Err(ErrorCode::Unavailable)) => {}
                other => panic!("{other:?}"),
            }
        }
        Ok(())
    })
}

#[test]
fn a_handler_that_panics_loses_its_connection_and_nothing_else() -> Result<()> {
    run(async {
        let (_worker, client) = served(|call, data| {
            assert_ne!(data, b"panic", "as asked");
            answer(call, data);
        })
        .await?;
        let (ended, mut ends) = mpsc::unbounded_channel();
        let heard = Arc::new(Heard {
            ended: Some(ended),
            ..Heard::default()
        });
        let panicked = {
            let (client, heard) = (client.clone(), Arc::clone(&heard));
            std::thread::spawn(move || {
                let hand_over = HandOver::begin();
                start(&client, &heard, 1, request("panic"));
                hand_over.finish();
            })
        };
        assert!(panicked.join().is_err());
        assert!(
            ends.recv()
                .await
                .is_some_and(|(tag, result)| tag == 1 && result.is_err())
        );
        // The same thread, and others, can hand over again, on a new connection.
        let hand_over = HandOver::begin();
        start(&client, &heard, 2, request("item"));
        hand_over.finish();
        assert!(
            ends.recv()
                .await
                .is_some_and(|(tag, result)| tag == 2 && result.is_ok())
        );
        Ok(())
    })
}
