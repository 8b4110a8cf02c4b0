//! A large message does not hold up anything else on its connection: proved by the order of frames on the wire.

use crate::support::{
    Cluster, On, PATH, code, on_both_planes,
    raw::{self, Raw},
    read, run, text, until,
};
use stator_runtime::{
    ErrorCode, Result,
    client::{CallOptions, Router},
    payload::Payload,
    runtime::{ServeOptions, Settings},
};

const LARGE: usize = 32 * 1024 * 1024;
const MEGABYTE: u32 = 1024 * 1024;

fn options() -> CallOptions {
    CallOptions::default()
}

/// Answers a number with as many bytes, and anything else with itself.
async fn sizes(cluster: &Cluster) -> Result<(stator_runtime::DistributedRuntime, String)> {
    let (worker, _served) = cluster
        .worker(ServeOptions::default(), |call| async move {
            while let Some(request) = call.next().await? {
                match read(&request).parse::<usize>() {
                    Ok(size) => call.send(Payload::bytes(vec![7; size])).await?,
                    Err(_) => call.send(request).await?,
                }
            }
            Ok(())
        })
        .await?;
    let address = raw::address_of(worker.discovery(), worker.instance_id()).await?;
    Ok((worker, address))
}

#[test]
fn small_calls_are_answered_while_a_large_answer_comes() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let (_worker, address) = sizes(&cluster).await?;
        let mut peer = Raw::connect(&address, 64 * 1024).await;
        peer.write(&raw::call(1, PATH, LARGE.to_string().as_bytes())).await;
        let (mut received, mut answered, mut next) = (0, 0, 2);
        let mut granted = 64 * 1024;
        let mut ended = false;
        while !ended {
            let frame = peer.frame().await.unwrap_or_else(|| panic!("closed"));
            if frame.kind != raw::DATA {
                continue;
            }
            if frame.stream != 1 {
                answered += u32::from(frame.flags & raw::END_STREAM != 0);
                continue;
            }
            received += frame.payload.len();
            ended = frame.flags & raw::END_MESSAGE != 0;
            // The reader of the large answer takes everything: it gives credit by the megabyte, each time with ten
            // small calls behind it.
            granted -= frame.payload.len() + 8;
            if granted <= 8 && !ended {
                while answered < next - 2 {
                    let frame = peer.frame_of(raw::DATA).await;
                    assert_ne!(frame.stream, 1, "more than there was credit for");
                    answered += u32::from(frame.flags & raw::END_STREAM != 0);
                }
                granted += MEGABYTE as usize;
                let mut bytes = raw::credit(1, MEGABYTE);
                for _ in 0..10 {
                    bytes.extend_from_slice(&raw::call(next, PATH, b"small"));
                    next += 1;
                }
                peer.write(&bytes).await;
            }
        }
        assert_eq!(received, LARGE);
        assert!(
            answered >= 300,
            "only {answered} small calls before the large one was over"
        );
        Ok(())
    })
}

#[test]
fn small_requests_leave_before_a_large_one_that_was_first() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let large = client.generate(Payload::bytes(vec![7; LARGE]), options());
        // All the credit that there could ever be: only turns hold the large one back.
        let mut connection = worker.accept(u32::MAX).await;
        let stream = connection.frame_of(raw::OPEN).await.stream;
        let calls: Vec<_> = (0..100).map(|_| client.generate(text("small"), options())).collect();
        let (mut received, mut small, mut during) = (0, 0, 0);
        while received < LARGE || small < 100 {
            let frame = connection.frame_of(raw::DATA).await;
            if frame.stream == stream {
                received += frame.payload.len();
                continue;
            }
            small += 1;
            during += u32::from(received < LARGE);
            connection.write(&raw::data(frame.stream, raw::ONLY, b"ok")).await;
        }
        assert_eq!(during, 100, "small requests came after the large one");
        for call in calls {
            assert_eq!(read(&call.one().await?), "ok");
        }
        connection.write(&raw::data(stream, raw::ONLY, b"ok")).await;
        assert_eq!(read(&large.one().await?), "ok");
        Ok(())
    })
}

#[test]
fn large_messages_take_turns_chunk_by_chunk() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let (worker, address) = sizes(&cluster).await?;
        let mut peer = Raw::connect(&address, 1024).await;
        for stream in 1..=3 {
            peer.write(&raw::call(stream, PATH, b"4000000")).await;
        }
        // Each has sent what there was credit for, so each has the rest in its queue.
        for _ in 0..3 {
            assert_eq!(peer.frame_of(raw::DATA).await.payload.len(), 1024 - 8);
        }
        assert_eq!(worker.running_calls(), 3);
        peer.write(
            &[
                raw::credit(1, u32::MAX),
                raw::credit(2, u32::MAX),
                raw::credit(3, u32::MAX),
            ]
            .concat(),
        )
        .await;
        let mut chunks = Vec::new();
        while chunks.len() < 150 {
            let frame = peer.frame_of(raw::DATA).await;
            assert_eq!(frame.payload.len(), 65_535);
            chunks.push(frame.stream);
        }
        for turn in chunks.chunks_exact(3) {
            let mut turn = turn.to_vec();
            turn.sort_unstable();
            assert_eq!(turn, [1, 2, 3], "one went twice: {chunks:?}");
        }
        Ok(())
    })
}

#[test]
fn control_frames_overtake_data_that_waits() -> Result<()> {
    run(async {
        let cluster = Cluster::with(
            On::Tcp,
            Settings {
                window: 64 * 1024,
                ..Settings::default()
            },
        );
        let (_worker, address) = sizes(&cluster).await?;
        let mut peer = Raw::connect(&address, 1024).await;
        // An answer that waits for credit.
        peer.write(&raw::call(1, PATH, LARGE.to_string().as_bytes())).await;
        assert_eq!(peer.frame_of(raw::DATA).await.stream, 1);
        // A ping is answered, a request gets its credit back, and a small call its answer, all the same.
        peer.write(&raw::frame(raw::PING, 0, 0, &[9; 8])).await;
        let pong = peer.frame().await.unwrap_or_else(|| panic!("closed"));
        assert_eq!((pong.kind, pong.payload), (raw::PONG, vec![9; 8]));
        peer.write(&raw::open_stream(2, PATH)).await;
        peer.write(&raw::data(2, raw::END_MESSAGE | raw::BYTES, &[b' '; 40_000]))
            .await;
        let credit = peer.frame_of(raw::CREDIT).await;
        assert_eq!((credit.stream, credit.number()), (2, 40_008));
        // The call whose answer waits can be ended.
        peer.write(&raw::frame(raw::CANCEL, 0, 1, &[1])).await;
        peer.write(&raw::call(3, PATH, b"small")).await;
        loop {
            let frame = peer.frame_of(raw::DATA).await;
            assert_ne!(frame.stream, 1, "it was cancelled");
            if frame.stream == 3 {
                assert_eq!(frame.text(), "small");
                break;
            }
        }
        Ok(())
    })
}

#[test]
fn a_cancel_overtakes_the_request_that_waits() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let large = client.generate(Payload::bytes(vec![7; LARGE]), options());
        let mut connection = worker.accept(1024).await;
        let stream = connection.frame_of(raw::OPEN).await.stream;
        assert_eq!(connection.frame_of(raw::DATA).await.payload.len(), 1024 - 8);
        large.stop();
        let stop = connection.frame().await.unwrap_or_else(|| panic!("closed"));
        assert_eq!((stop.kind, stop.stream, stop.payload), (raw::CANCEL, stream, vec![0]));
        drop(large);
        let kill = connection.frame().await.unwrap_or_else(|| panic!("closed"));
        assert_eq!((kill.kind, kill.stream, kill.payload), (raw::CANCEL, stream, vec![1]));
        // Credit that comes too late brings nothing back.
        connection.write(&raw::credit(stream, MEGABYTE)).await;
        let call = client.generate(text("next"), options());
        let open = connection.frame().await.unwrap_or_else(|| panic!("closed"));
        assert_eq!(open.kind, raw::OPEN);
        connection.write(&raw::data(open.stream, raw::ONLY, b"ok")).await;
        assert_eq!(read(&call.one().await?), "ok");
        Ok(())
    })
}

#[test]
fn calls_of_one_worker_go_on_beside_the_largest_message_both_ways() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, _) = sizes(&cluster).await?;
        let client = cluster.client(1).await?;
        // The original's limit counts for the whole frame.
        let largest = if matches!(on, On::Dynamo) { LARGE - 2048 } else { LARGE };
        let mut up = client.generate(Payload::bytes(vec![b' '; largest]), options());
        let mut down = client.generate(text(&LARGE.to_string()), options());
        for _ in 0..50 {
            let small = client.generate(text("small"), options());
            assert_eq!(read(&small.one().await?), "small");
        }
        for (large, size) in [(&mut up, largest), (&mut down, LARGE)] {
            assert_eq!(large.next().await?.map(|item| item.data.len()), Some(size));
            assert_eq!(large.next().await?, None);
        }
        // One byte more than the limit is refused where it is sent, in either direction.
        let over = client.generate(Payload::bytes(vec![b' '; LARGE + 1]), options());
        assert_eq!(code(over.one().await), Some(ErrorCode::PayloadTooLarge));
        let over = client.generate(text(&(LARGE + 1).to_string()), options());
        assert_eq!(code(over.one().await), Some(ErrorCode::PayloadTooLarge));
        until(|| worker.running_calls() == 0).await;
        Ok(())
    })
}

#[test]
fn a_reader_that_stops_in_a_large_message_of_a_stream_holds_nobody_up() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (_worker, _) = sizes(&cluster).await?;
        let client = cluster.client(1).await?;
        let (mut slow, requests) = client.open(Router::RoundRobin, options());
        // The first answer stays unread, so the second one waits in the worker for credit.
        requests.send(text("200000")).await?;
        requests.send(text("3000000")).await?;
        for _ in 0..100 {
            let small = client.generate(text("small"), options());
            assert_eq!(read(&small.one().await?), "small");
        }
        assert_eq!(slow.next().await?.map(|item| item.data.len()), Some(200_000));
        assert_eq!(slow.next().await?.map(|item| item.data.len()), Some(3_000_000));
        requests.finish();
        assert_eq!(slow.next().await?, None);
        Ok(())
    })
}
