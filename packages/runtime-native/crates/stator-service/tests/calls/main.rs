//! A service and a client behind one contract: what goes in and comes out.

mod contracts;
mod newer;
mod support;

use std::time::Duration;

use stator_runtime::{client::CallOptions, payload::Payload};
use stator_service::{ErrorCode, Failure, Result};
use support::{Cluster, OtherError, Seen, TakeError, numbers, words};

#[tokio::test(flavor = "multi_thread")]
async fn one_for_one_is_exact() -> Result<()> {
    let cluster = Cluster::new();
    let (worker, _events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    assert_eq!(
        client.one(words("a")).await.map_err(Failure::into_error)?,
        numbers(u64::MAX)
    );
    assert_eq!(client.instance_ids(), [worker.instance_id()]);
    let direct = client.one(words("a")).instance(worker.instance_id()).await;
    assert_eq!(direct.map_err(Failure::into_error)?.signed, i64::MIN);
    let nobody = client.one(words("a")).instance(1).await.err();
    assert_eq!(nobody.map(|failure| failure.code()), Some(ErrorCode::NoInstances));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_error_arrives_as_its_value() -> Result<()> {
    let cluster = Cluster::new();
    let (worker, _events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    let Err(failure) = client.one(words("long")).await else {
        panic!("it did not fail");
    };
    assert_eq!(failure.declared(), Some(&TakeError::TooLong { limit: u64::MAX }));
    let error = failure.error();
    assert_eq!((error.code, error.http_status()), (ErrorCode::Declared, 413));
    assert_eq!(error.message, "The text is too long.");
    assert_eq!(error.name.as_deref(), Some("TakeError"));
    assert_eq!(error.instance, Some(worker.instance_id().to_string()));
    assert_eq!(
        failure.into_declared().ok(),
        Some(TakeError::TooLong { limit: u64::MAX })
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn other_failures_keep_their_code() -> Result<()> {
    let cluster = Cluster::new();
    let (_worker, _events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    for (request, code, said) in [
        ("code", ErrorCode::Overloaded, "later"),
        ("io", ErrorCode::Internal, "No such file"),
        ("panic", ErrorCode::Internal, "panicked"),
        (
            "broken error",
            ErrorCode::InvalidResponse,
            "TakeError: small: expected at most 1, got 2",
        ),
        (
            "broken answer",
            ErrorCode::InvalidResponse,
            "test.kinds.one: ratio: expected a finite number, got NaN",
        ),
    ] {
        let Err(failure) = client.one(words(request)).await else {
            panic!("{request} did not fail");
        };
        assert_eq!(failure.code(), code, "{failure}");
        assert!(failure.error().message.contains(said), "{failure}");
        assert_eq!(failure.declared(), None);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_breaks_its_contract_is_refused_on_both_sides() -> Result<()> {
    let cluster = Cluster::new();
    let (_worker, _events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    let long = "x".repeat(65);
    let expected = "test.kinds.one: text: expected at most 64 bytes of UTF-8, got 65";
    let Err(failure) = client.one(words(&long)).await else {
        panic!("it did not fail");
    };
    assert_eq!(
        (failure.code(), failure.error().message.as_str()),
        (ErrorCode::InvalidRequest, expected)
    );

    // Callers without a contract are checked by the service.
    let raw = cluster
        .runtime()?
        .endpoint("test.kinds.one")?
        .client(Default::default())
        .await?;
    raw.wait_for_instances(1, Some(Duration::from_secs(10))).await?;
    for (request, message, path) in [
        (format!("{{\"text\":\"{long}\"}}"), expected, "[\"text\"]"),
        (
            "{\"text\":1}".to_owned(),
            "test.kinds.one: text: invalid type: integer `1`, expected a string",
            "[\"text\"]",
        ),
        (
            "[]".to_owned(),
            "test.kinds.one: invalid length 0, expected struct Words with 1 element",
            "[]",
        ),
        (
            "{\"text\":\"a\"} b".to_owned(),
            "test.kinds.one: trailing characters",
            "[]",
        ),
        ("{".to_owned(), "test.kinds.one: EOF while parsing an object", "[]"),
    ] {
        let answer = raw.generate(Payload::text(request.clone().into_bytes()), CallOptions::default());
        let Err(error) = answer.one().await else {
            panic!("{request} did not fail");
        };
        assert_eq!(
            (error.code, error.message.as_str()),
            (ErrorCode::InvalidRequest, message)
        );
        let details = error
            .details
            .map(|details| details.as_str().to_owned())
            .unwrap_or_default();
        assert!(details.contains(&format!("\"path\":{path}")), "{details}");
    }
    let bytes = raw.generate(Payload::bytes(vec![1, 2]), CallOptions::default());
    let error = bytes.one().await.err();
    assert_eq!(
        error.map(|error| error.message),
        Some("test.kinds.one: expected JSON, got 2 raw bytes".to_owned())
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_says_whether_it_streams() -> Result<()> {
    let cluster = Cluster::new();
    let (_worker, _events) = cluster.serve(None).await?;
    let runtime = cluster.runtime()?;
    for (path, stream, said) in [
        (
            "test.kinds.one",
            true,
            "takes one request, and the caller sends a stream of requests",
        ),
        (
            "test.kinds.echo",
            false,
            "takes a stream of requests, and the caller sends one request",
        ),
    ] {
        let raw = runtime.endpoint(path)?.client(Default::default()).await?;
        raw.wait_for_instances(1, Some(Duration::from_secs(10))).await?;
        let answer = if stream {
            let (answer, requests) = raw.open(raw.router(), CallOptions::default());
            requests.finish();
            answer.one().await
        } else {
            raw.generate(Payload::text("{\"text\":\"a\"}"), CallOptions::default())
                .one()
                .await
        };
        let error = answer.err();
        assert!(error.is_some_and(|error| error.code == ErrorCode::InvalidRequest && error.message.contains(said)));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_declared_error_after_its_items() -> Result<()> {
    let cluster = Cluster::new();
    let (_worker, _events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    let mut items = client.many(words("3")).await.map_err(Failure::into_error)?;
    let mut seen = Vec::new();
    let failure = loop {
        match items.next().await {
            Ok(Some(item)) => seen.push(item.unsigned),
            Ok(None) => panic!("it did not fail"),
            Err(failure) => break failure,
        }
    };
    assert_eq!(seen, [0, 1, 2]);
    assert_eq!(failure.declared().map(|error| error.why.as_str()), Some("the end"));
    assert_eq!(failure.error().message, "because of the end");
    assert!(matches!(items.next().await, Ok(None)));
    assert!(items.instance_id().is_some());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_requests_gets_one_answer() -> Result<()> {
    let cluster = Cluster::new();
    let (_worker, _events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    let upload = client.collect().await.map_err(Failure::into_error)?;
    for number in 100..=1_099 {
        upload.send(numbers(number)).await.map_err(Failure::into_error)?;
    }
    assert_eq!(upload.finish().await.map_err(Failure::into_error)?.unsigned, 599_500);

    let upload = client.collect().await.map_err(Failure::into_error)?;
    let failed = upload.send_all((1..100_000).map(numbers)).await;
    let Err(failure) = failed else {
        panic!("it did not fail")
    };
    assert_eq!(failure.declared(), Some(&OtherError { why: "13".to_owned() }));

    let upload = client.collect().await.map_err(Failure::into_error)?;
    let mut broken = numbers(1);
    broken.ratio = 101.0;
    let Err(failure) = upload.send(broken).await else {
        panic!("it did not fail")
    };
    assert_eq!(
        failure.error().message,
        "test.kinds.collect: ratio: expected at most 100, got 101"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn both_streams_run_side_by_side() -> Result<()> {
    let cluster = Cluster::new();
    let (_worker, _events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    let (requests, mut responses) = client.echo().await.map_err(Failure::into_error)?;
    for text in ["a", "b", "c"] {
        requests.send(words(text)).await.map_err(Failure::into_error)?;
        assert_eq!(responses.next().await.map_err(Failure::into_error)?, Some(words(text)));
    }
    requests.finish();
    assert_eq!(responses.next().await.map_err(Failure::into_error)?, None);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_stops_the_handler_and_leaving_drops_it() -> Result<()> {
    let cluster = Cluster::new();
    let (worker, mut events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    let mut items = client.many(words("endless")).await.map_err(Failure::into_error)?;
    assert_eq!(events.recv().await, Some(Seen::Started));
    for _ in 0..10 {
        items.next().await.map_err(Failure::into_error)?;
    }
    // What was sent is what the credit of the stream allows: it comes to an end although nobody reads.
    let mut sent = 0;
    while let Ok(Some(Seen::Sent(index))) = tokio::time::timeout(Duration::from_millis(300), events.recv()).await {
        sent = index;
    }
    assert!((5..100_000).contains(&sent), "{sent}");
    assert_eq!(worker.running_calls(), 1);
    drop(items);
    while events.recv().await != Some(Seen::Dropped) {}
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_is_asked_to_stop_may_still_answer() -> Result<()> {
    let cluster = Cluster::new();
    let (_worker, mut events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    let mut items = client.many(words("until stopped")).await.map_err(Failure::into_error)?;
    assert_eq!(items.next().await.map_err(Failure::into_error)?, Some(numbers(0)));
    items.stop();
    assert_eq!(items.next().await.map_err(Failure::into_error)?, Some(numbers(1)));
    assert_eq!(items.next().await.map_err(Failure::into_error)?, None);
    assert_eq!(events.recv().await, Some(Seen::Started));
    assert_eq!(events.recv().await, Some(Seen::Stopped));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_up_by_the_contract_by_the_caller_and_for_callers_who_name_none() -> Result<()> {
    let cluster = Cluster::new();
    let (_worker, mut events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    let by_contract = client.slow(words("")).await.err();
    assert_eq!(
        by_contract.map(|failure| failure.code()),
        Some(ErrorCode::DeadlineExceeded)
    );
    let by_caller = client.slow(words("")).timeout(Duration::from_millis(5)).await.err();
    assert_eq!(
        by_caller.map(|failure| failure.code()),
        Some(ErrorCode::DeadlineExceeded)
    );

    let raw = cluster
        .runtime()?
        .endpoint("test.kinds.slow")?
        .client(Default::default())
        .await?;
    raw.wait_for_instances(1, Some(Duration::from_secs(10))).await?;
    let answer = raw
        .generate(Payload::text("{\"text\":\"\"}"), CallOptions::default())
        .one()
        .await;
    let message = answer.err().map(|error| error.message).unwrap_or_default();
    assert!(message.contains("longer than its limit of 50 ms"), "{message}");
    for expected in [Seen::Started, Seen::Dropped].into_iter().cycle().take(6) {
        assert_eq!(events.recv().await, Some(expected));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_inside_of_a_handler_inherit_what_belongs_to_the_call() -> Result<()> {
    let first = Cluster::new();
    let second = Cluster::new();
    let (_behind, _) = second.serve(None).await?;
    let (_front, _) = first.serve(Some(second.client().await?)).await?;
    let client = first.client().await?;
    let said = client
        .who(words("next"))
        .id("call-1")
        .metadata("trace", "first")
        .metadata("trace", "abc")
        .timeout(Duration::from_secs(105))
        .await
        .map_err(Failure::into_error)?;
    assert_eq!(said, words("call-1 abc 10"));
    let said = client.who(words("next")).await.map_err(Failure::into_error)?.text;
    let (id, rest) = said.split_once(' ').unwrap_or_default();
    assert_eq!((id.len(), rest), (32, "nothing none"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_error_passes_through_a_service_that_declares_another() -> Result<()> {
    let cluster = Cluster::new();
    let (worker, _events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    let Err(failure) = client.one(words("long")).await else {
        panic!("it did not fail");
    };
    let passed: Failure<OtherError> = failure.pass();
    assert_eq!(passed.declared(), None);
    let error = passed.into_error();
    assert_eq!(error.code, ErrorCode::Declared);
    assert_eq!(error.name.as_deref(), Some("TakeError"));
    assert_eq!(error.instance, Some(worker.instance_id().to_string()));
    let value = error.details.and_then(|details| details.read().ok());
    assert_eq!(value, Some(TakeError::TooLong { limit: u64::MAX }));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_are_a_stream() -> Result<()> {
    use std::{future::poll_fn, pin::Pin};

    use futures_core::Stream;

    let cluster = Cluster::new();
    let (_worker, _events) = cluster.serve(None).await?;
    let client = cluster.client().await?;
    let mut items = client.many(words("2")).await.map_err(Failure::into_error)?;
    let mut seen = Vec::new();
    while let Some(item) = poll_fn(|context| Pin::new(&mut items).poll_next(context)).await {
        seen.push(item.map(|numbers| numbers.unsigned).map_err(|failure| failure.code()));
    }
    assert_eq!(seen, [Ok(0), Ok(1), Err(ErrorCode::Declared)]);
    Ok(())
}
