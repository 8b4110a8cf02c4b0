//! The document of a contract, served and asked for; and peers that answer for theirs in strange ways.

use std::{sync::Arc, time::Duration};

use crate::support::{
    Cluster, On, PATH, code,
    contracts::{Court, FITS, contract, hash},
    on_both_planes, raw, read, run, text, until,
};
use parking_lot::Mutex;
use stator_runtime::{
    ErrorCode, Result,
    client::{CallOptions, ClientOptions},
    identity::{ContractHash, DOCUMENT_PATH, EndpointContract, MAX_DOCUMENT_BYTES, MAX_DOCUMENTS, Standing},
    runtime::ServeOptions,
    server::{AsyncHandler, IncomingCall},
};

fn asking(stream: u32, request: &str) -> Vec<u8> {
    raw::call(stream, DOCUMENT_PATH, request.as_bytes())
}

#[test]
fn it_is_given_by_hash_as_long_as_something_is_served_with_it() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let worker = cluster.runtime()?;
        let handler = || AsyncHandler::new(|_call: IncomingCall| async { Ok(()) });
        let large = "x".repeat(MAX_DOCUMENT_BYTES);
        let serve = |path: &'static str, contract| {
            let (worker, handler) = (worker.clone(), handler());
            let options = ServeOptions {
                contract: Some(contract),
                ..ServeOptions::default()
            };
            async move { worker.endpoint(path)?.serve(handler, options).await }
        };
        let first = serve("test.worker.one", contract(1, FITS)).await?;
        let second = serve("test.worker.two", contract(1, FITS)).await?;
        serve("test.worker.three", contract(2, &large)).await?;
        let address = raw::address_of(worker.discovery(), worker.instance_id()).await?;
        let mut caller = raw::Raw::connect(&address, raw::WINDOW * 8).await;

        let ask = |number: u8| format!(r#"{{"hash":"{}"}}"#, hash(number));
        caller.write(&asking(1, &ask(1))).await;
        assert_eq!(caller.frame_of(raw::DATA).await.text(), FITS);
        // A whole SHA-256 will do, and what is asked beside it is for later versions.
        let long = format!(r#"{{"hash":"{}{}","later":1}}"#, hash(1), "0".repeat(32));
        caller.write(&asking(2, &long)).await;
        assert_eq!(caller.frame_of(raw::DATA).await.text(), FITS);
        caller.write(&asking(3, &ask(9))).await;
        assert_eq!(caller.frame_of(raw::ERROR).await.code(), "not_found");
        let strange = [
            "",
            "{}",
            "[]",
            r#"{"hash":1}"#,
            r#"{"hash":"xyz"}"#,
            "\u{fffd}",
            &"[".repeat(10_000),
        ];
        for (stream, request) in (4..).zip(strange) {
            caller.write(&asking(stream, request)).await;
            assert_eq!(
                caller.frame_of(raw::ERROR).await.code(),
                "invalid_request",
                "{request:.20}"
            );
        }
        // A stream of requests: one answer to the first; and none that ends without a request.
        caller.write(&raw::open_stream(20, DOCUMENT_PATH)).await;
        caller.write(&raw::data(20, raw::END_MESSAGE, ask(1).as_bytes())).await;
        assert_eq!(caller.frame_of(raw::DATA).await.text(), FITS);
        caller.write(&raw::open_stream(21, DOCUMENT_PATH)).await;
        caller.write(&raw::data(21, raw::END_STREAM, b"")).await;
        assert_eq!(caller.frame_of(raw::ERROR).await.code(), "invalid_request");
        // The largest comes in pieces.
        caller.write(&asking(22, &ask(2))).await;
        let mut size = 0;
        loop {
            let frame = caller.frame_of(raw::DATA).await;
            size += frame.payload.len();
            if frame.flags & raw::END_STREAM != 0 {
                break;
            }
        }
        assert_eq!(size, MAX_DOCUMENT_BYTES);

        first.stop().await?;
        caller.write(&asking(23, &ask(1))).await;
        assert_eq!(caller.frame_of(raw::DATA).await.text(), FITS);
        second.stop().await?;
        caller.write(&asking(24, &ask(1))).await;
        assert_eq!(caller.frame_of(raw::ERROR).await.code(), "not_found");
        Ok(())
    })
}

#[test]
fn what_is_too_large_or_too_many_is_refused_and_nothing_is_left_of_it() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Memory);
        let worker = cluster.runtime()?;
        let handler = || AsyncHandler::new(|_call: IncomingCall| async { Ok(()) });
        let with = |contract| ServeOptions {
            contract: Some(contract),
            ..ServeOptions::default()
        };
        let endpoint = worker.endpoint(PATH)?;
        let large = with(contract(1, &"x".repeat(MAX_DOCUMENT_BYTES + 1)));
        let refused = endpoint.serve(handler(), large).await;
        assert_eq!(code(refused), Some(ErrorCode::InvalidArgument));
        assert!(cluster.client(0).await?.instances().is_empty());
        // The place is free.
        endpoint.serve(handler(), with(contract(1, FITS))).await?;
        assert_eq!(cluster.client(1).await?.instances().len(), 1);
        let numbered = |number: usize| EndpointContract {
            hash: ContractHash::from_bytes((number as u128).to_be_bytes()),
            document: FITS.into(),
        };
        for number in 1..MAX_DOCUMENTS {
            let endpoint = worker.endpoint(&format!("test.worker.number{number}"))?;
            endpoint.serve(handler(), with(numbered(number))).await?;
        }
        let last = worker.endpoint("test.worker.last")?;
        let refused = last.serve(handler(), with(numbered(0))).await;
        assert_eq!(code(refused), Some(ErrorCode::InvalidArgument));
        last.serve(handler(), with(numbered(1))).await?;
        Ok(())
    })
}

#[test]
fn its_place_belongs_to_the_runtime() -> Result<()> {
    run(async {
        let runtime = Cluster::new(On::Memory).runtime()?;
        assert_eq!(code(runtime.endpoint(DOCUMENT_PATH)), Some(ErrorCode::InvalidArgument));
        assert_eq!(code(runtime.namespace("_mine")), Some(ErrorCode::InvalidArgument));
        assert!(runtime.endpoint("mine._private._endpoint").is_ok());
        Ok(())
    })
}

#[test]
fn the_service_knows_the_contract_of_each_caller() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let (_worker, _served) = cluster
            .worker(ServeOptions::default(), move |call| {
                log.lock().push(call.info().contract);
                async move { call.send(text("")).await }
            })
            .await?;
        for contract in [Some(hash(1)), None, Some(hash(2))] {
            let options = ClientOptions {
                contract,
                ..ClientOptions::default()
            };
            let client = cluster.client_with(1, options).await?;
            client.generate(text(""), CallOptions::default()).one().await?;
        }
        assert_eq!(*seen.lock(), [Some(hash(1)), None, Some(hash(2))]);
        Ok(())
    })
}

/// What a peer by hand does when it is asked for its document.
#[derive(Debug, Clone, Copy)]
enum Strange {
    /// More than a document may have.
    Huge,
    NotUtf8,
    Bytes,
    Nothing,
    Error,
    Silent,
    HangsUp,
}

/// Answers one connection: documents strangely, calls well.
async fn answer(mut caller: raw::Raw, how: Strange) {
    const PIECE: usize = 60_000;
    let mut asked = None;
    // Of a huge document: pieces that are still to be sent, and what there is credit for.
    let (mut pieces, mut credit) = (0, raw::WINDOW as usize);
    while let Some(frame) = caller.frame().await {
        if frame.kind == raw::CREDIT && asked == Some(frame.stream) {
            credit += frame.number() as usize;
            send_pieces(&mut caller, frame.stream, &mut pieces, &mut credit, PIECE).await;
        }
        if frame.kind == raw::OPEN {
            let is_document = frame.text().contains(DOCUMENT_PATH);
            asked = is_document.then_some(frame.stream).or(asked);
        }
        if frame.kind == raw::PING {
            caller.write(&raw::frame(raw::PONG, 0, 0, &frame.payload)).await;
        }
        if frame.kind != raw::DATA {
            continue;
        }
        let stream = frame.stream;
        if asked != Some(stream) {
            caller.write(&raw::data(stream, raw::ONLY, b"served")).await;
            continue;
        }
        match how {
            Strange::Huge => {
                pieces = MAX_DOCUMENT_BYTES / PIECE + 1;
                send_pieces(&mut caller, stream, &mut pieces, &mut credit, PIECE).await;
            }
            Strange::NotUtf8 => caller.write(&raw::data(stream, raw::ONLY, b"\xff\xfe")).await,
            Strange::Bytes => caller.write(&raw::data(stream, raw::ONLY | raw::BYTES, b"fits")).await,
            Strange::Nothing => caller.write(&raw::data(stream, raw::END_STREAM, b"")).await,
            Strange::Error => caller.write(&raw::error(stream, raw::REFUSED, "not_found")).await,
            Strange::Silent => {}
            Strange::HangsUp => return,
        }
    }
}

async fn send_pieces(caller: &mut raw::Raw, stream: u32, pieces: &mut usize, credit: &mut usize, size: usize) {
    while *pieces > 0 && *credit >= size + 8 {
        *pieces -= 1;
        *credit -= size + 8;
        let flags = if *pieces == 0 { raw::ONLY } else { 0 };
        caller.write(&raw::data(stream, flags, &vec![b' '; size])).await;
    }
}

async fn meets(how: Strange) -> Result<()> {
    let cluster = Cluster::new(On::Tcp);
    let court = Court::open();
    let other = hash(2).to_string();
    let strange = raw::RawWorker::with_contract(cluster.discovery()?, PATH, false, Some(&other)).await?;
    let server = tokio::spawn(async move {
        loop {
            let caller = strange.accept(raw::WINDOW).await;
            tokio::spawn(answer(caller, how));
        }
    });
    let client = court.client(&cluster, 1).await?;
    client.wait_for_instances(1, None).await?;
    // It is used all the same, as nobody knows better.
    let served = client.generate(text("?"), CallOptions::default()).one().await?;
    assert_eq!(read(&served), "served", "{how:?}");
    let workers = client.workers();
    assert_eq!(workers[0].standing(), Standing::Unknown, "{how:?}");
    assert!(court.disputes().is_empty(), "{how:?}");
    // Another instance of that contract can still be asked.
    let _good = cluster.versioned(Some(contract(2, FITS))).await?;
    until(|| workers[0].standing() == Standing::Compatible).await;
    assert_eq!(court.disputes().len(), 1, "{how:?}");
    server.abort();
    Ok(())
}

#[test]
fn a_peer_that_answers_strangely_disturbs_nobody() -> Result<()> {
    run(async {
        let mut meetings = tokio::task::JoinSet::new();
        for how in [
            Strange::Huge,
            Strange::NotUtf8,
            Strange::Bytes,
            Strange::Nothing,
            Strange::Error,
            Strange::Silent,
            Strange::HangsUp,
        ] {
            meetings.spawn(meets(how));
        }
        while let Some(met) = meetings.join_next().await {
            met.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
        }
        Ok(())
    })
}

#[test]
fn a_hash_of_a_wrong_form_counts_as_none() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let court = Court::open();
        let long = "ab".repeat(20_000);
        for wrong in ["", "xyz", "0123", "ABCDEF0123456789ABCDEF0123456789", &long, "\u{0}\n"] {
            let worker = raw::RawWorker::with_contract(cluster.discovery()?, PATH, false, Some(wrong)).await?;
            let client = court.client(&cluster, 1).await?;
            client.wait_for_instances(1, Some(Duration::from_secs(5))).await?;
            let call = client.generate(text("?"), CallOptions::default());
            let mut caller = worker.accept(raw::WINDOW).await;
            let stream = caller.frame_of(raw::DATA).await.stream;
            caller.write(&raw::data(stream, raw::ONLY, b"served")).await;
            assert_eq!(read(&call.one().await?), "served");
            assert!(court.disputes().is_empty());
        }
        Ok(())
    })
}

#[test]
fn two_runtimes_of_a_process_share_verdicts() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let court = Court::open();
        let _worker = cluster.versioned(Some(contract(2, FITS))).await?;
        for _ in 0..3 {
            let client = court.client(&cluster, 1).await?;
            client.wait_for_instances(1, None).await?;
            until(|| client.workers()[0].standing() == Standing::Compatible).await;
        }
        assert_eq!(court.disputes().len(), 1);
        Ok(())
    })
}
