//! Peers that do not keep to the protocol: what they get, and that nobody else notices.

use std::{sync::Arc, time::Duration};

use crate::support::{
    Cluster, On, PATH, code, on_both_planes,
    raw::{self, Raw},
    read, run, text, until,
};
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    client::{CallOptions, Client},
    connection::StreamObserver,
    error::Details,
    runtime::{ServeOptions, Settings},
    server::{Handler, ServerCall},
};

fn options() -> CallOptions {
    CallOptions::default()
}

/// A worker that answers each message with itself, and a well-behaved client of it.
struct Target {
    worker: DistributedRuntime,
    address: String,
    client: Client,
}

impl Target {
    async fn of_window(window: u32) -> Result<Self> {
        Self::new(Settings {
            window,
            ..Settings::default()
        })
        .await
    }

    async fn new(settings: Settings) -> Result<Self> {
        let cluster = Cluster::with(On::Tcp, settings);
        let (worker, _served) = cluster
            .worker(ServeOptions::default(), |call| async move {
                while let Some(message) = call.next().await? {
                    if read(&message) == "do not read" {
                        return std::future::pending().await;
                    }
                    call.send(message).await?;
                }
                Ok(())
            })
            .await?;
        let address = raw::address_of(worker.discovery(), worker.instance_id()).await?;
        let client = cluster.client(1).await?;
        let target = Self {
            worker,
            address,
            client,
        };
        target.is_well().await?;
        Ok(target)
    }

    async fn connect(&self) -> Raw {
        Raw::connect(&self.address, raw::WINDOW).await
    }

    /// Others are served as before, and nothing of the attack is left.
    async fn is_well(&self) -> Result<()> {
        let call = self.client.generate(text("well"), options());
        assert_eq!(read(&call.one().await?), "well");
        until(|| self.worker.running_calls() == 0).await;
        Ok(())
    }
}

/// A whole call on `stream` is answered.
async fn answers(peer: &mut Raw, stream: u32) {
    peer.write(&raw::call(stream, PATH, b"still there")).await;
    let answer = peer.frame_of(raw::DATA).await;
    assert_eq!((answer.stream, answer.text().as_str()), (stream, "still there"));
    assert_eq!(peer.frame_of(raw::DATA).await.flags, raw::END_STREAM);
}

#[test]
fn strangers_are_closed() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let huge = |length: u32| {
            let mut preface = raw::preface((1, 1), "");
            preface.splice(12..16, length.to_be_bytes());
            preface
        };
        for bytes in [
            b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more of TLS".to_vec(),
            vec![0xFF; 64],
            (100..200).collect(),
            huge(u32::MAX),
            huge(16 * 1024 + 1),
        ] {
            let mut peer = Raw::dial(&target.address).await;
            peer.write(&bytes).await;
            // At the most they are refused, as on the original's wire.
            peer.drained().await;
        }
        target.is_well().await
    })
}

#[test]
fn a_hello_that_is_not_acceptable_is_answered_with_the_reason() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        for (versions, hello, code) in [
            ((2, 9), "a hello of another time", "version_mismatch"),
            ((0, 0), "", "version_mismatch"),
            ((1, 1), "{", "protocol"),
            ((1, 1), "[]", "protocol"),
            ((1, 1), r#"{"agent":"x","window":"many","maxMessage":1}"#, "protocol"),
            ((1, 1), &raw::hello(1023), "protocol"),
        ] {
            let mut peer = Raw::dial(&target.address).await;
            peer.write(&raw::preface(versions, hello)).await;
            let answer = peer.preface().await;
            let (offered, answer) = answer.unwrap_or_else(|| panic!("no answer to {versions:?} {hello}"));
            assert_eq!(offered, (1, 1));
            assert_eq!(answer["error"]["code"], code, "{versions:?} {hello}");
            assert_eq!(peer.frame().await, None);
        }
        target.is_well().await
    })
}

#[test]
fn whoever_says_nothing_is_closed_in_time() -> Result<()> {
    run(async {
        let target = Target::new(Settings {
            connect_timeout: Duration::from_millis(500),
            ..Settings::default()
        })
        .await?;
        let whole = raw::preface((1, 1), &raw::hello(raw::WINDOW));
        let mut peers = Vec::new();
        for length in [0, 5, 8, 16, whole.len() - 1] {
            let mut peer = Raw::dial(&target.address).await;
            peer.write(&whole[..length]).await;
            peers.push((length, peer));
        }
        for (length, mut peer) in peers {
            assert_eq!(peer.preface().await, None, "{length} bytes");
        }
        target.is_well().await
    })
}

#[test]
fn what_a_later_version_may_say_is_skipped() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut peer = target.connect().await;
        for kind in [0, 10, 77, 255] {
            peer.write(&raw::frame(kind, 255, 3, &vec![7; usize::from(kind) * 100]))
                .await;
        }
        answers(&mut peer, 1).await;
        // Fields after the known ones of an open frame.
        let mut payload = raw::open_payload(PATH, false);
        payload.extend_from_slice(b"a later field");
        peer.write(&raw::frame(raw::OPEN, 0, 2, &payload)).await;
        peer.write(&raw::data(2, raw::ONLY, b"known")).await;
        assert_eq!(peer.frame_of(raw::DATA).await.text(), "known");
        target.is_well().await
    })
}

#[test]
fn frames_of_calls_that_are_not_open_are_ignored() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut peer = target.connect().await;
        answers(&mut peer, 5).await;
        for stream in [0, 1, 5, 999, u32::MAX] {
            peer.write(&raw::data(stream, raw::ONLY, &[1; 60_000])).await;
            peer.write(&raw::credit(stream, u32::MAX)).await;
            peer.write(&raw::frame(raw::CANCEL, 0, stream, &[1])).await;
            peer.write(&raw::frame(raw::CANCEL, 0, stream, &[0])).await;
            peer.write(&raw::frame(raw::PONG, 0, stream, &[0; 8])).await;
        }
        answers(&mut peer, 6).await;
        target.is_well().await
    })
}

#[test]
fn pings_are_answered() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut peer = target.connect().await;
        for round in 0..100_u64 {
            peer.write(&raw::frame(raw::PING, 0, 0, &round.to_be_bytes())).await;
            let pong = peer.frame().await.unwrap_or_else(|| panic!("closed"));
            assert_eq!((pong.kind, pong.payload), (raw::PONG, round.to_be_bytes().to_vec()));
        }
        target.is_well().await
    })
}

/// Each breaks a rule after which the two sides cannot agree on anything: the connection ends, its calls with it.
#[test]
fn whoever_breaks_a_rule_of_the_connection_is_closed() -> Result<()> {
    run(async {
        let target = Target::new(Settings {
            window: 1024,
            ..Settings::default()
        })
        .await?;
        let mut not_text = raw::open_payload(PATH, false);
        not_text[8] = 0xFF;
        let mut endless = raw::open_payload(PATH, false);
        let count = endless.len() - 2;
        endless.splice(count.., [0xFF, 0xFF]);
        let held = [
            raw::open_stream(1, PATH),
            raw::data(1, raw::END_MESSAGE, b"do not read"),
        ]
        .concat();
        let two = raw::data(1, raw::END_MESSAGE, &[b'x'; 600]).repeat(2);
        let broken = [
            ("data over the credit", [held.clone(), two].concat()),
            (
                "a chunk over the credit",
                [held.clone(), raw::data(1, 0, &[b'x'; 2000])].concat(),
            ),
            (
                "data after the end",
                [held.clone(), raw::data(1, raw::ONLY, b"x").repeat(2)].concat(),
            ),
            ("a stream number twice", [held.clone(), raw::open(1, PATH)].concat()),
            (
                "a stream number below",
                [raw::open_stream(5, PATH), raw::open(3, PATH)].concat(),
            ),
            ("stream 0", raw::open(0, PATH)),
            ("an empty open", raw::frame(raw::OPEN, 0, 1, b"")),
            (
                "a short open",
                raw::frame(raw::OPEN, 0, 1, &raw::open_payload(PATH, false)[..20]),
            ),
            ("an open that is not text", raw::frame(raw::OPEN, 0, 1, &not_text)),
            ("more metadata than there is", raw::frame(raw::OPEN, 0, 1, &endless)),
            ("a short ping", raw::frame(raw::PING, 0, 0, &[0; 7])),
            (
                "a short credit",
                [held.clone(), raw::frame(raw::CREDIT, 0, 1, &[1; 3])].concat(),
            ),
            (
                "an error from the caller",
                [held.clone(), raw::error(1, 0, "internal")].concat(),
            ),
            (
                "a short size",
                [held.clone(), raw::frame(raw::SIZE, 0, 1, &[1; 3])].concat(),
            ),
            ("a go-away from the caller", raw::frame(raw::GO_AWAY, 0, 0, &[0; 4])),
        ];
        for (what, bytes) in broken {
            let mut peer = target.connect().await;
            peer.write(&bytes).await;
            tokio::time::timeout(Duration::from_secs(10), peer.closed())
                .await
                .unwrap_or_else(|_| panic!("{what}: not closed"));
            target.is_well().await?;
        }
        Ok(())
    })
}

/// Reads an answer of so many bytes.
async fn take_answer(peer: &mut Raw, size: u32) {
    let mut answered = 0;
    while answered < size as usize {
        answered += peer.frame_of(raw::DATA).await.payload.len();
    }
}

#[test]
fn a_size_gives_the_credit_of_one_message_once() -> Result<()> {
    const WINDOW: u32 = 1024;
    const SIZE: u32 = 100_000;
    run(async {
        let target = Target::of_window(WINDOW).await?;
        let mut peer = target.connect().await;
        // Two pieces, with a header each.
        let cost = SIZE + 2 * 8;
        peer.write(&[raw::open_stream(1, PATH), raw::size(1, SIZE)].concat())
            .await;
        let credit = peer.frame_of(raw::CREDIT).await;
        assert_eq!((credit.stream, credit.number()), (1, cost - WINDOW));
        let (head, tail) = (vec![b'7'; 65_535], vec![b'7'; SIZE as usize - 65_535]);
        peer.write(&[raw::data(1, 0, &head), raw::data(1, raw::END_MESSAGE, &tail)].concat())
            .await;
        // When the handler has taken it, the window is as it was: what went beyond it is not given again.
        let (mut answered, mut given) = (0, credit.number());
        while answered < SIZE as usize || given < cost {
            let frame = peer.frame().await.unwrap_or_else(|| panic!("closed"));
            match frame.kind {
                raw::CREDIT => given += frame.number(),
                raw::DATA => answered += frame.payload.len(),
                raw::SIZE => assert_eq!(frame.number(), SIZE),
                kind => panic!("a frame of kind {kind}"),
            }
        }
        assert_eq!((answered, given), (SIZE as usize, cost));
        // A consumer that holds a message, one that is too large, and a call that is not open get nothing.
        let held = [
            raw::open_stream(3, PATH),
            raw::data(3, raw::END_MESSAGE, b"do not read"),
            raw::size(3, SIZE),
            raw::open_stream(5, PATH),
            raw::size(5, u32::MAX),
            raw::size(99, SIZE),
            raw::frame(raw::PING, 0, 0, &[0; 8]),
        ];
        peer.write(&held.concat()).await;
        let next = peer.frame().await.map(|frame| frame.kind);
        assert_eq!(next, Some(raw::PONG));
        drop(peer);
        target.is_well().await
    })
}

#[test]
fn a_message_whose_size_was_said_needs_no_credit_while_it_comes() -> Result<()> {
    const SIZE: u32 = 200_000;
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut peer = target.connect().await;
        let head = vec![b'7'; 65_535];
        peer.write(&[raw::open_stream(1, PATH), raw::size(1, SIZE)].concat())
            .await;
        // More than a quarter of the window, of which nothing is given back.
        for _ in 0..2 {
            peer.write(&[raw::data(1, 0, &head), raw::frame(raw::PING, 0, 0, &[0; 8])].concat())
                .await;
            assert_eq!(peer.frame().await.map(|frame| frame.kind), Some(raw::PONG));
        }
        let tail = vec![b'7'; SIZE as usize - 2 * head.len()];
        let (first, last) = tail.split_at(65_535);
        peer.write(&[raw::data(1, 0, first), raw::data(1, raw::ONLY, last)].concat())
            .await;
        take_answer(&mut peer, SIZE).await;
        target.is_well().await
    })
}

#[test]
fn a_message_whose_size_was_said_does_not_starve_when_it_comes_in_small_pieces() -> Result<()> {
    const WINDOW: u32 = 1024;
    const SIZE: u32 = 100_000;
    const PIECE: u32 = 100;
    run(async {
        let target = Target::of_window(WINDOW).await?;
        let mut peer = target.connect().await;
        peer.write(&[raw::open_stream(1, PATH), raw::size(1, SIZE)].concat())
            .await;
        let mut credit = WINDOW;
        for piece in 1..=SIZE / PIECE {
            // More headers than the size says.
            while credit < PIECE + 8 {
                credit += peer.frame_of(raw::CREDIT).await.number();
            }
            credit -= PIECE + 8;
            let flags = if piece == SIZE / PIECE { raw::ONLY } else { 0 };
            peer.write(&raw::data(1, flags, &[b'7'; PIECE as usize])).await;
        }
        // The answer has the window of the peer, which is larger.
        take_answer(&mut peer, SIZE).await;
        target.is_well().await
    })
}

/// A size whose credit is taken as given.
fn granted_size(stream: u32, bytes: u32) -> Vec<u8> {
    raw::frame(raw::SIZE, raw::GRANTED, stream, &bytes.to_be_bytes())
}

#[test]
fn the_first_message_of_a_stream_brings_its_credit() -> Result<()> {
    const WINDOW: u32 = 1024;
    const SIZE: u32 = 100_000;
    run(async {
        let target = Target::of_window(WINDOW).await?;
        let mut peer = target.connect().await;
        let (head, tail) = (vec![b'7'; 65_535], vec![b'7'; SIZE as usize - 65_535]);
        let message = [raw::data(1, 0, &head), raw::data(1, raw::END_MESSAGE, &tail)].concat();
        peer.write(&[raw::open_stream(1, PATH), granted_size(1, SIZE), message.clone()].concat())
            .await;
        let (mut answered, mut given) = (0, 0);
        while answered < SIZE as usize || given < WINDOW {
            let frame = peer.frame().await.unwrap_or_else(|| panic!("closed"));
            match frame.kind {
                raw::CREDIT => given += frame.number(),
                raw::DATA => answered += frame.payload.len(),
                raw::SIZE => assert_eq!((frame.number(), frame.flags), (SIZE, 0)),
                kind => panic!("a frame of kind {kind}"),
            }
        }
        // The window is as it was, and not more.
        assert_eq!((answered, given), (SIZE as usize, WINDOW));
        // The second one brings none: it is given as for any other size.
        peer.write(&[granted_size(1, SIZE), message].concat()).await;
        let credit = peer.frame_of(raw::CREDIT).await;
        assert_eq!(credit.number(), SIZE + 2 * 8 - WINDOW);
        // Nor does a first one that is too large for that.
        peer.write(&[raw::open_stream(3, PATH), granted_size(3, 8 * 1024 * 1024)].concat())
            .await;
        // What was taken of the other stream is given back meanwhile.
        let credit = loop {
            let credit = peer.frame_of(raw::CREDIT).await;
            if credit.stream == 3 {
                break credit;
            }
        };
        assert!(credit.number() > 8 * 1024 * 1024 - WINDOW, "{}", credit.number());
        drop(peer);
        target.is_well().await
    })
}

#[test]
fn credit_is_taken_with_a_size_only_from_who_offers_that() -> Result<()> {
    const WINDOW: u32 = 1024;
    const SIZE: u32 = 100_000;
    run(async {
        let target = Target::new(Settings::default()).await?;
        for (offer, granted) in [
            ("", false),
            (r#","firstMessage":99999"#, false),
            (r#","firstMessage":100000"#, true),
        ] {
            let mut peer = Raw::dial(&target.address).await;
            let hello = format!(r#"{{"agent":"by hand","window":{WINDOW},"maxMessage":33554432{offer}}}"#);
            peer.write(&raw::preface((1, 1), &hello)).await;
            assert!(peer.preface().await.is_some());
            let request = vec![b'7'; SIZE as usize];
            let (head, tail) = request.split_at(65_535);
            peer.write(&[raw::open(1, PATH), raw::data(1, 0, head), raw::data(1, raw::ONLY, tail)].concat())
                .await;
            let size = peer.frame_of(raw::SIZE).await;
            assert_eq!((size.number(), size.flags == raw::GRANTED), (SIZE, granted), "{offer}");
            if !granted {
                // All that there is credit for, then nothing before there is more.
                let part = peer.frame_of(raw::DATA).await;
                assert_eq!(part.payload.len(), WINDOW as usize - 8, "{offer}");
                peer.write(&raw::frame(raw::PING, 0, 0, &[0; 8])).await;
                assert_eq!(peer.frame().await.map(|frame| frame.kind), Some(raw::PONG), "{offer}");
                peer.write(&raw::credit(1, SIZE)).await;
                take_answer(&mut peer, SIZE - (WINDOW - 8)).await;
            } else {
                take_answer(&mut peer, SIZE).await;
            }
        }
        target.is_well().await
    })
}

/// Each breaks a rule of one call: that call ends with a typed error, the connection goes on.
#[test]
fn whoever_breaks_a_rule_of_a_call_loses_that_call() -> Result<()> {
    run(async {
        let target = Target::new(Settings {
            max_message: 1000,
            ..Settings::default()
        })
        .await?;
        let mut peer = target.connect().await;
        let half = raw::data(0, 0, b"half");
        let end = raw::data(0, raw::END_STREAM, b"");
        let whole = raw::data(0, raw::END_MESSAGE, b"do not read");
        let long = raw::data(0, 0, &[b'x'; 600]);
        let cases = [
            ("no request", false, vec![&end], "protocol"),
            ("half a request", false, vec![&half, &end], "protocol"),
            ("two requests", false, vec![&whole, &whole], "protocol"),
            ("half a message", true, vec![&whole, &half, &end], "protocol"),
            ("a message too long", true, vec![&long, &long], "payload_too_large"),
        ];
        for (stream, (what, many, frames, code)) in (1..).zip(cases) {
            let mut bytes = raw::frame(raw::OPEN, 0, stream, &raw::open_payload(PATH, many));
            for frame in frames {
                let mut frame = frame.clone();
                frame.splice(4..8, stream.to_be_bytes());
                bytes.extend_from_slice(&frame);
            }
            peer.write(&bytes).await;
            let error = peer.frame_of(raw::ERROR).await;
            assert_eq!(
                (error.stream, error.flags, error.code().as_str()),
                (stream, 0, code),
                "{what}"
            );
        }
        answers(&mut peer, 100).await;
        target.is_well().await
    })
}

#[test]
fn a_peer_that_sends_and_never_reads_is_closed() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut peer = Raw::dial_narrow(&target.address).await;
        peer.shake_hands(raw::WINDOW).await;
        // Every refusal is longer than what asks for it, so output that nobody takes piles up.
        let mut stream = 0;
        loop {
            let opens: Vec<u8> = (0..1000)
                .flat_map(|_| {
                    stream += 1;
                    raw::open(stream, "a.b.c")
                })
                .collect();
            if !peer.can_write(&opens).await {
                break;
            }
            assert!(stream < 10_000_000, "the worker takes whatever comes");
        }
        target.is_well().await
    })
}

#[test]
fn a_worker_that_breaks_the_rules_is_closed_by_its_caller() -> Result<()> {
    run(async {
        for bytes in [
            raw::open(1, PATH),
            raw::frame(raw::CANCEL, 0, 1, &[1]),
            raw::frame(raw::GO_AWAY, 0, 0, &[1]),
            raw::frame(raw::PING, 0, 0, b"short"),
            raw::data(1, raw::END_MESSAGE, &[0; 65_000]).repeat(5),
        ] {
            let cluster = Cluster::new(On::Tcp);
            let worker = cluster.raw_worker(false).await?;
            let client = cluster.client(1).await?;
            let mut call = client.generate(text("x"), options());
            let mut connection = worker.accept(raw::WINDOW).await;
            assert_eq!(connection.frame_of(raw::OPEN).await.stream, 1);
            connection.write(&bytes).await;
            connection.closed().await;
            let error = loop {
                match call.next().await {
                    Ok(Some(_)) => {}
                    Ok(None) => panic!("the call ended well"),
                    Err(error) => break error,
                }
            };
            assert_eq!(error.code, ErrorCode::UnknownOutcome);
            assert!(error.message.contains("broke the protocol"), "{}", error.message);
        }
        Ok(())
    })
}

#[test]
fn half_an_item_is_an_error_and_no_end() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let mut call = client.generate(text("x"), options());
        let mut connection = worker.accept(raw::WINDOW).await;
        connection.frame_of(raw::OPEN).await;
        connection.write(&raw::data(1, 0, b"hal")).await;
        connection.write(&raw::data(1, raw::END_STREAM, b"f")).await;
        assert_eq!(code(call.next().await), Some(ErrorCode::Protocol));
        Ok(())
    })
}

#[test]
fn an_item_over_the_limit_ends_its_call_only() -> Result<()> {
    run(async {
        let cluster = Cluster::with(
            On::Tcp,
            Settings {
                max_message: 1000,
                ..Settings::default()
            },
        );
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let mut call = client.generate(text("x"), options());
        let other = client.generate(text("x"), options());
        let mut connection = worker.accept(raw::WINDOW).await;
        let stream = connection.frame_of(raw::OPEN).await.stream;
        connection.write(&raw::data(stream, 0, &[b'x'; 1000])).await;
        connection.write(&raw::data(stream, raw::ONLY, b"x")).await;
        assert_eq!(code(call.next().await), Some(ErrorCode::PayloadTooLarge));
        let kill = connection.frame_of(raw::CANCEL).await;
        assert_eq!((kill.stream, kill.payload), (stream, vec![1]));
        connection.write(&raw::data(stream + 1, raw::ONLY, &[b'x'; 1000])).await;
        assert_eq!(other.one().await?.data.len(), 1000);
        Ok(())
    })
}

#[test]
fn an_error_that_is_not_readable_is_an_error_still() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let mut connection = None;
        for (payload, expected) in [
            (&b"\xFF"[..], ErrorCode::Protocol),
            (b"{}", ErrorCode::Protocol),
            (br#"{"code":"a code of tomorrow","message":"m"}"#, ErrorCode::Internal),
        ] {
            let call = client.generate(text("x"), options());
            let connection = match &mut connection {
                Some(connection) => connection,
                None => connection.insert(worker.accept(raw::WINDOW).await),
            };
            let stream = connection.frame_of(raw::OPEN).await.stream;
            connection.write(&raw::frame(raw::ERROR, 0, stream, payload)).await;
            assert_eq!(code(call.one().await), Some(expected));
        }
        Ok(())
    })
}

#[test]
fn calls_towards_a_worker_that_does_not_read_are_bounded_and_survive() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let worker = cluster.raw_worker(false).await?;
        let client = cluster.client(1).await?;
        let first = client.generate(text("x"), options());
        let mut connection = worker.accept(raw::WINDOW).await;
        let stream = connection.frame_of(raw::OPEN).await.stream;
        connection.write(&raw::data(stream, raw::ONLY, b"ok")).await;
        first.one().await?;
        let metadata = vec![("large".to_owned(), "x".repeat(60_000))];
        let mut calls = Vec::new();
        let refused = loop {
            let mut call = client.generate(
                text("x"),
                CallOptions {
                    metadata: metadata.clone(),
                    ..options()
                },
            );
            // An end that is there already is seen by the first look.
            let ended = tokio::select! {
                biased;
                end = call.next() => Some(end),
                () = std::future::ready(()) => None,
            };
            match ended {
                Some(end) => break end,
                None => calls.push(call),
            }
            assert!(calls.len() < 10_000, "calls are opened without end");
        };
        assert_eq!(code(refused), Some(ErrorCode::Overloaded));
        // The worker speaks before it reads: that must not be taken for a breach.
        connection.write(&raw::frame(raw::PING, 0, 0, &[0; 8])).await;
        for _ in 0..calls.len() {
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
fn an_error_too_large_for_a_frame_is_cut() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let _worker = cluster
            .worker(ServeOptions::default(), |call| async move {
                match call.next().await? {
                    Some(request) if read(&request) == "fail" => Err(Error {
                        name: Some("n\u{1}".repeat(100_000)),
                        stack: Some("s".repeat(100_000)),
                        details: Details::of(&vec![0; 100_000]).ok(),
                        ..Error::new(ErrorCode::InvalidRequest, "m\u{1}".repeat(100_000))
                    }),
                    _ => call.send(text("ok")).await,
                }
            })
            .await?;
        let client = cluster.client(1).await?;
        for _ in 0..3 {
            let error = client.generate(text("fail"), options()).one().await.err();
            let error = error.unwrap_or_else(|| panic!("no error"));
            assert_eq!(error.code, ErrorCode::InvalidRequest);
            assert!(error.message.starts_with("m\u{1}m\u{1}"));
            assert_eq!(read(&client.generate(text("x"), options()).one().await?), "ok");
        }
        Ok(())
    })
}

#[test]
fn a_handler_that_panics_answers_with_an_error() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let (worker, _served) = cluster
            .worker(ServeOptions::default(), |call| async move {
                if call.next().await?.is_some_and(|request| read(&request) == "panic") {
                    panic!("on purpose");
                }
                call.send(text("ok")).await
            })
            .await?;
        let client = cluster.client(1).await?;
        let error = client.generate(text("panic"), options()).one().await;
        assert_eq!(code(error), Some(ErrorCode::Internal));
        assert_eq!(read(&client.generate(text("x"), options()).one().await?), "ok");
        until(|| worker.running_calls() == 0).await;
        Ok(())
    })
}

/// A handler that panics where the connection calls it.
struct Rude;

impl Handler for Rude {
    fn open(&self, _call: ServerCall) -> Arc<dyn StreamObserver> {
        panic!("on purpose")
    }
}

#[test]
fn a_panic_inside_the_reader_ends_its_calls() -> Result<()> {
    on_both_planes(|on| async move {
        // Without keep-alive, which would notice it much later.
        let cluster = Cluster::with(
            on,
            Settings {
                keep_alive: Duration::ZERO,
                ..Settings::default()
            },
        );
        let workers = cluster.named(1).await?;
        workers[0]
            .endpoint("test.worker.rude")?
            .serve(Arc::new(Rude), ServeOptions::default())
            .await?;
        let caller = cluster.runtime()?;
        let client = caller.endpoint(PATH)?.client(Default::default()).await?;
        let mut open = client.generate(text("hang"), options());
        assert!(open.next().await?.is_some());
        let rude = caller.endpoint("test.worker.rude")?.client(Default::default()).await?;
        let call = rude.generate(text("x"), options()).one().await;
        assert_eq!(code(call), Some(ErrorCode::UnknownOutcome));
        if on.is_dynamo() {
            // Its answer has a connection of its own, and goes on.
            open.stop();
            assert_eq!(open.next().await?, None);
        } else {
            assert_eq!(code(open.next().await), Some(ErrorCode::UnknownOutcome));
        }
        // The next connection is as good as new.
        let call = client.generate(text(crate::support::NAME), options());
        assert_eq!(read(&call.one().await?), workers[0].instance_id().to_string());
        until(|| workers[0].running_calls() == 0).await;
        Ok(())
    })
}
