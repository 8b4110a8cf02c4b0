//! Errors that a contract declares: their value arrives exactly, and nobody runs the call again.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::support::{Cluster, on_both_planes, read, text};
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    client::CallOptions,
    error::Details,
    runtime::{ServeOptions, ServedEndpoint},
};

fn options() -> CallOptions {
    CallOptions::default()
}

/// An endpoint that fails with a declared error, whose value is a text of as many bytes as the request says.
async fn declaring(cluster: &Cluster, runs: Arc<AtomicUsize>) -> Result<(DistributedRuntime, ServedEndpoint)> {
    let options = ServeOptions {
        idempotent: true,
        ..ServeOptions::default()
    };
    cluster
        .worker(options, move |call| {
            let runs = Arc::clone(&runs);
            async move {
                runs.fetch_add(1, Ordering::Relaxed);
                let size = call
                    .next()
                    .await?
                    .map_or(0, |request| read(&request).parse().unwrap_or(0));
                Err(Error {
                    name: Some("TooLong".to_owned()),
                    status: Some(413),
                    stack: Some("s".repeat(60_000)),
                    details: Details::of(&"x".repeat(size)).ok(),
                    ..Error::new(ErrorCode::Declared, "m".repeat(60_000))
                })
            }
        })
        .await
}

#[test]
fn the_value_of_a_declared_error_arrives_whole_or_not_at_all() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let _worker = declaring(&cluster, Arc::default()).await?;
        let client = cluster.client(1).await?;
        for (size, code) in [
            (1, ErrorCode::Declared),
            (64_000, ErrorCode::Declared),
            (65_535, ErrorCode::PayloadTooLarge),
            (1_000_000, ErrorCode::PayloadTooLarge),
        ] {
            let error = client.generate(text(&size.to_string()), options()).one().await.err();
            let error = error.unwrap_or_else(|| panic!("no error"));
            assert_eq!(error.code, code, "{}", error.message);
            match error.details {
                Some(details) => {
                    assert_eq!(details.read::<String>().map_or(0, |text| text.len()), size);
                    assert_eq!((error.name.as_deref(), error.status), (Some("TooLong"), Some(413)));
                }
                None => assert!(error.message.contains("TooLong has"), "{}", error.message),
            }
        }
        Ok(())
    })
}

#[test]
fn a_declared_error_is_never_tried_again() -> Result<()> {
    on_both_planes(|on| async move {
        let cluster = Cluster::new(on);
        let runs = Arc::new(AtomicUsize::new(0));
        let _workers = [
            declaring(&cluster, Arc::clone(&runs)).await?,
            declaring(&cluster, Arc::clone(&runs)).await?,
        ];
        let client = cluster.client(2).await?;
        for calls in 1..=4 {
            let error = client.generate(text("1"), options()).one().await.err();
            assert_eq!(error.map(|error| error.code), Some(ErrorCode::Declared));
            assert_eq!(runs.load(Ordering::Relaxed), calls);
        }
        Ok(())
    })
}

#[test]
fn no_digit_of_a_value_is_lost() -> Result<()> {
    on_both_planes(|on| async move {
        const VALUE: &str =
            r#"{"a":340282366920938463463374607431768211455,"b":0.1,"c":1e300,"d":-9223372036854775808}"#;
        let cluster = Cluster::new(on);
        let _worker = cluster
            .worker(ServeOptions::default(), |_call| async {
                Err(Error {
                    details: serde_json::from_str(VALUE).ok(),
                    ..Error::new(ErrorCode::Declared, "exact")
                })
            })
            .await?;
        let client = cluster.client(1).await?;
        let error = client.generate(text(""), options()).one().await.err();
        let details = error.and_then(|error| error.details);
        assert_eq!(details.as_ref().map(Details::as_str), Some(VALUE));
        Ok(())
    })
}

#[test]
fn only_an_error_status_counts() {
    let with = |status| Error {
        status,
        ..Error::new(ErrorCode::Declared, "")
    };
    assert_eq!(with(None).http_status(), 500);
    assert_eq!(with(Some(404)).http_status(), 404);
    assert_eq!(with(Some(200)).http_status(), 500);
    assert_eq!(with(Some(600)).http_status(), 500);
}
