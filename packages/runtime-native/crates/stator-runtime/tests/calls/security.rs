//! TLS and the token between workers and callers: who comes together, and what is said when they do not.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a failed expectation is a failed test"
)]

use std::{sync::Arc, time::Duration};

use crate::support::{
    PATH,
    authority::{Authority, FAR},
    read, run, text, until,
};
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    client::{CallOptions, Client, ClientOptions},
    config::Secret,
    connection::Hooks,
    discovery::{MemoryDiscovery, MemoryStore},
    plane::TcpPlane,
    runtime::{ServeOptions, ServedEndpoint, Settings},
    security::{ClientAuth, Reason, Security, TlsOptions},
    server::AsyncHandler,
};

const TOKEN: &str = "correct horse";

/// The wires that a caller may use.
const WIRES: [bool; 2] = [false, true];

fn settings(security: &Security, dynamo: bool) -> Settings {
    let mut settings = Settings {
        security: security.clone(),
        ..Settings::default()
    };
    settings.dynamo.preferred = dynamo;
    settings.dynamo.home_timeout = Duration::from_secs(2);
    settings
}

fn runtime(store: &MemoryStore, security: &Security, dynamo: bool) -> Result<DistributedRuntime> {
    let plane = TcpPlane::new("127.0.0.1".to_owned(), 0, Duration::from_secs(5)).secured(security.clone());
    let discovery = Arc::new(MemoryDiscovery::connect(store.clone())?);
    Ok(DistributedRuntime::new(
        discovery,
        Arc::new(plane),
        settings(security, dynamo),
        Hooks::default(),
    ))
}

fn with_tls(tls: &TlsOptions) -> Security {
    Security::new(Some(tls), None, false).unwrap()
}

fn with_token(token: &str) -> Security {
    Security::new(None, Some(Secret::new(token)), false).unwrap()
}

struct Pair {
    worker: DistributedRuntime,
    caller: Client,
    _served: ServedEndpoint,
}

/// A worker that echoes, and a caller that knows it.
async fn pair(worker: &Security, caller: &Security, dynamo: bool) -> Result<Pair> {
    let store = MemoryStore::new();
    let worker = runtime(&store, worker, false)?;
    let handler = AsyncHandler::new(|call| async move {
        let request = call.next().await?;
        call.send(text(&request.as_ref().map(read).unwrap_or_default())).await
    });
    let served = worker.endpoint(PATH)?.serve(handler, ServeOptions::default()).await?;
    let caller = runtime(&store, caller, dynamo)?;
    let caller = caller.endpoint(PATH)?.client(ClientOptions::default()).await?;
    caller.wait_for_instances(1, Some(Duration::from_secs(5))).await?;
    Ok(Pair {
        worker,
        caller,
        _served: served,
    })
}

async fn call(caller: &Client) -> Result<String> {
    let options = CallOptions::default();
    caller
        .generate(text("hello"), options)
        .one()
        .await
        .map(|answer| read(&answer))
}

/// Both wires: the caller is told `ours`, and the worker has counted `theirs`.
async fn refused(worker: &Security, caller: &Security, ours: Reason, theirs: Option<Reason>) -> Result<()> {
    for dynamo in WIRES {
        let before = theirs.map_or(0, |theirs| worker.refusals().count(theirs));
        let pair = pair(worker, caller, dynamo).await?;
        // Several at once: each is told.
        let calls = (0..3).map(|_| call(&pair.caller));
        for result in futures::future::join_all(calls).await {
            let error = result.expect_err("nobody gets in like that");
            says(&error, ours);
        }
        if let Some(theirs) = theirs {
            // Its side of a handshake may end later than ours.
            until(|| worker.refusals().count(theirs) > before).await;
        }
        assert_eq!(pair.worker.running_calls(), 0);
    }
    Ok(())
}

#[track_caller]
fn says(error: &Error, reason: Reason) {
    assert_eq!(
        (error.code, Reason::of(error)),
        (ErrorCode::PermissionDenied, Some(reason)),
        "{error}"
    );
    assert!(
        !error.message.contains(TOKEN) && !error.message.contains("wrong horse"),
        "{error}"
    );
}

#[test]
fn certificates_on_both_sides_let_calls_through() -> Result<()> {
    run(async {
        let authority = Authority::new();
        let security = with_tls(&authority.member());
        for dynamo in WIRES {
            let pair = pair(&security, &security, dynamo).await?;
            for _ in 0..3 {
                assert_eq!(call(&pair.caller).await?, "hello");
            }
        }
        Ok(())
    })
}

#[test]
fn a_name_that_all_workers_have_takes_the_place_of_addresses() -> Result<()> {
    run(async {
        let authority = Authority::new();
        let security = with_tls(&TlsOptions {
            server_name: Some("workers.internal".to_owned()),
            ..authority.member_as("workers.internal", FAR)
        });
        for dynamo in WIRES {
            assert_eq!(call(&pair(&security, &security, dynamo).await?.caller).await?, "hello");
        }
        Ok(())
    })
}

#[test]
fn callers_need_no_certificate_where_none_is_wanted() -> Result<()> {
    run(async {
        let authority = Authority::new();
        let worker = with_tls(&TlsOptions {
            client_auth: ClientAuth::Nothing,
            ..authority.member()
        });
        let caller = with_tls(&TlsOptions {
            ca: Some(authority.ca()),
            ..TlsOptions::default()
        });
        assert_eq!(call(&pair(&worker, &caller, false).await?.caller).await?, "hello");
        // Who takes answers on the original's wire listens, too.
        let error = call(&pair(&worker, &caller, true).await?.caller)
            .await
            .expect_err("no certificate");
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{error}");
        assert!(error.message.contains("tlsCert"), "{error}");
        Ok(())
    })
}

#[test]
fn plain_text_and_tls_do_not_meet() -> Result<()> {
    run(async {
        let tls = with_tls(&Authority::new().member());
        refused(&tls, &Security::default(), Reason::TlsRequired, Some(Reason::Plaintext)).await?;
        let plain = Security::default();
        refused(&plain, &tls, Reason::Plaintext, Some(Reason::UnexpectedTls)).await
    })
}

#[test]
fn a_worker_of_another_authority_is_not_called_and_a_caller_of_one_not_answered() -> Result<()> {
    run(async {
        let (ours, theirs) = (Authority::new(), Authority::new());
        let (worker, stranger) = (with_tls(&ours.member()), with_tls(&theirs.member()));
        refused(
            &worker,
            &stranger,
            Reason::UnknownAuthority,
            Some(Reason::OursUnknownAuthority),
        )
        .await?;
        // It trusts the worker, which does not trust it.
        let caller = with_tls(&TlsOptions {
            client_identity: Some(theirs.sign("127.0.0.1", FAR)),
            ..ours.member()
        });
        refused(
            &worker,
            &caller,
            Reason::OursUnknownAuthority,
            Some(Reason::UnknownAuthority),
        )
        .await?;
        let nobody = with_tls(&TlsOptions {
            ca: Some(ours.ca()),
            identity: Some(ours.sign("127.0.0.1", FAR)),
            ..TlsOptions::default()
        });
        assert_eq!(call(&pair(&worker, &nobody, false).await?.caller).await?, "hello");
        Ok(())
    })
}

#[test]
fn a_caller_without_a_certificate_is_told_that_one_is_wanted() -> Result<()> {
    run(async {
        let authority = Authority::new();
        let worker = with_tls(&authority.member());
        let caller = with_tls(&TlsOptions {
            ca: Some(authority.ca()),
            ..TlsOptions::default()
        });
        let pair = pair(&worker, &caller, false).await?;
        says(
            &call(&pair.caller).await.expect_err("no certificate"),
            Reason::OursMissing,
        );
        until(|| worker.refusals().count(Reason::NoCertificate) > 0).await;
        Ok(())
    })
}

#[test]
fn wrong_names_and_old_certificates_are_told_apart() -> Result<()> {
    run(async {
        let authority = Authority::new();
        let caller = with_tls(&authority.member());
        let elsewhere = with_tls(&authority.member_as("elsewhere.example", FAR));
        refused(&elsewhere, &caller, Reason::WrongName, None).await?;
        let old = with_tls(&authority.member_as("127.0.0.1", 2021));
        refused(&old, &caller, Reason::Expired, Some(Reason::OursExpired)).await?;
        // The other way round: the caller's certificate is old.
        let worker = with_tls(&authority.member());
        let late = with_tls(&TlsOptions {
            client_identity: Some(authority.sign("127.0.0.1", 2021)),
            ..authority.member()
        });
        refused(&worker, &late, Reason::OursExpired, Some(Reason::Expired)).await
    })
}

#[test]
fn the_token_lets_calls_through_and_nothing_else_does() -> Result<()> {
    run(async {
        let (open, right, wrong) = (Security::default(), with_token(TOKEN), with_token("wrong horse"));
        for dynamo in WIRES {
            assert_eq!(call(&pair(&right, &right, dynamo).await?.caller).await?, "hello");
            // A worker that wants none takes anybody.
            assert_eq!(call(&pair(&open, &right, dynamo).await?.caller).await?, "hello");
        }
        refused(&right, &wrong, Reason::TokenWrong, Some(Reason::TokenWrong)).await?;
        refused(&right, &open, Reason::TokenMissing, Some(Reason::TokenMissing)).await
    })
}

#[test]
fn the_token_is_not_sent_in_plain_text_to_another_machine_unless_told() -> Result<()> {
    run(async {
        let token = || Some(Secret::new(TOKEN));
        let beyond = |security: &Security| {
            let plane = TcpPlane::new("0.0.0.0".to_owned(), 0, Duration::from_secs(5)).secured(security.clone());
            let store = MemoryStore::new();
            let discovery = Arc::new(MemoryDiscovery::connect(store)?);
            Ok::<_, Error>(DistributedRuntime::new(
                discovery,
                Arc::new(plane),
                settings(security, false),
                Hooks::default(),
            ))
        };
        let serve = async |runtime: &DistributedRuntime| {
            let handler = AsyncHandler::new(|_| async { Ok(()) });
            runtime
                .endpoint(PATH)?
                .serve(handler, ServeOptions::default())
                .await
                .map(drop)
        };
        let error = serve(&beyond(&with_token(TOKEN))?).await.expect_err("in plain text");
        assert_eq!(
            (error.code, Reason::of(&error)),
            (ErrorCode::InvalidArgument, Some(Reason::TokenExposed))
        );
        assert!(
            error.message.contains("allowPlaintext") && !error.message.contains(TOKEN),
            "{error}"
        );
        serve(&beyond(&Security::new(None, token(), true)?)?).await?;
        let authority = Authority::new();
        let tls = authority.member();
        serve(&beyond(&Security::new(Some(&tls), token(), false)?)?).await
    })
}

#[test]
fn files_that_will_not_do_are_named_with_their_setting() {
    let authority = Authority::new();
    let refused = |change: &dyn Fn(&mut TlsOptions)| {
        let mut options = authority.member();
        change(&mut options);
        Security::new(Some(&options), None, false).expect_err("a file that will not do")
    };
    let error = refused(&|options| options.ca.as_mut().unwrap().path = "/nowhere/ca.pem".into());
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    assert!(
        error.message.contains("tlsCa") && error.message.contains("/nowhere/ca.pem"),
        "{error}"
    );
    let error = refused(&|options| {
        let identity = options.identity.as_mut().unwrap();
        identity.cert.path = identity.key.path.clone();
    });
    assert!(
        error.message.contains("tlsCert") && error.message.contains("no certificate"),
        "{error}"
    );
    let other = authority.sign("localhost", FAR);
    let error = refused(&|options| options.identity.as_mut().unwrap().key.path = other.key.path.clone());
    assert!(
        error.message.contains("tlsKey") && error.message.contains("does not fit"),
        "{error}"
    );
    let error = refused(&|options| options.ca = None);
    assert!(error.message.contains("tlsClientAuth"), "{error}");
    let error = refused(&|options| options.server_name = Some("no name".to_owned()));
    assert!(error.message.contains("tlsServerName"), "{error}");
}

#[test]
fn tokens_are_in_no_text_of_ours() {
    let security = with_token(TOKEN);
    assert!(!format!("{security:?}").contains(TOKEN));
}
