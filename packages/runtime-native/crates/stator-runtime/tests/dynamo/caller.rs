//! Workers on the original's wire that do not keep to it: each gives a typed error, and nobody else notices.

use std::time::Duration;

use crate::support::{
    Cluster, On, PATH, code, read, run, text, until,
    upstream::{self, FINAL, Peer, SENTINEL, Worker, call_home, data, item, two_part},
};
use serde_json::json;
use stator_runtime::{
    DistributedRuntime, ErrorCode, Result,
    client::{CallOptions, Client, ClientOptions, Router},
    discovery::Discovery,
    dynamo::Fault,
    runtime::{DynamoSettings, Settings},
};
use tokio::io::AsyncReadExt;

/// A caller, and a worker that the test serves by hand.
struct Target {
    runtime: DistributedRuntime,
    client: Client,
    worker: Worker,
    cluster: Cluster,
}

impl Target {
    async fn new(settings: Settings) -> Result<Self> {
        let cluster = Cluster::with(On::Tcp, settings);
        let worker = Worker::new(cluster.discovery()?, PATH).await?;
        let runtime = cluster.runtime()?;
        let client = runtime.endpoint(PATH)?.client(ClientOptions::default()).await?;
        client.wait_for_instances(1, Some(Duration::from_secs(5))).await?;
        Ok(Self {
            runtime,
            client,
            worker,
            cluster,
        })
    }

    fn faults(&self, fault: Fault) -> u64 {
        self.runtime.faults().count(fault)
    }
}

const SOON: Duration = Duration::from_millis(300);

fn impatient(dynamo: DynamoSettings) -> Settings {
    Settings {
        dynamo,
        ..Settings::default()
    }
}

/// The code with which a call ends that `worker` serves.
async fn ends_with(target: &Target, worker: impl AsyncFnOnce(&mut Peer)) -> Option<ErrorCode> {
    let mut call = target
        .client
        .call(text("x"), Router::Direct(target.worker.id), CallOptions::default());
    let reading = async {
        loop {
            match call.next().await {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => return Some(error.code),
            }
        }
    };
    let serving = async {
        let mut peer = target.worker.accept().await;
        worker(&mut peer).await;
        // Whatever the worker did, its connection for requests is still there.
        peer
    };
    let (code, _peer) = tokio::join!(reading, serving);
    code
}

const ACCEPTED: [u8; 4] = [0; 4];

fn refusal(text: &str) -> Vec<u8> {
    [&(text.len() as u32).to_be_bytes()[..], text.as_bytes()].concat()
}

#[test]
fn a_record_of_the_original_is_an_instance_like_any_other() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut call = target.client.generate(text("hello"), CallOptions::default());
        let mut peer = target.worker.accept().await;
        let (path, control, body) = peer.request().await;
        assert_eq!(
            (path.as_str(), body.as_slice()),
            ("some/opaque/path", &b"\"hello\""[..])
        );
        // Its record names no codec, which means JSON.
        assert_eq!(control["payload_codec"], "json");
        peer.write(&ACCEPTED).await;
        let mut home = call_home(&control, "response").await;
        home.write(&two_part(r#"{"error":null}"#, b"")).await;
        for value in [json!({ "n": 1 }), json!(null), json!("last")] {
            home.write(&data(&value)).await;
        }
        home.write(&[item(FINAL), two_part(SENTINEL, b"")].concat()).await;
        for expected in [r#"{"n":1}"#, "null", "\"last\""] {
            assert_eq!(
                call.next().await?.map(|item| item.data.to_vec()),
                Some(expected.as_bytes().to_vec())
            );
        }
        assert_eq!(call.next().await?, None);
        // It closes first, so that the worker's port is free at once.
        assert_eq!(home.message().await, None);
        assert_eq!(call.instance_id(), Some(target.worker.id));
        Ok(())
    })
}

#[test]
fn any_ack_that_is_not_empty_is_a_refusal() -> Result<()> {
    run(async {
        for (text, code) in [
            ("Server unavailable: unknown endpoint x", ErrorCode::Unavailable),
            ("Server overloaded: worker at capacity", ErrorCode::Overloaded),
            // The original takes these for acceptances, and waits for ever.
            ("Unknown endpoint: x", ErrorCode::Unavailable),
            ("Read error: message too large", ErrorCode::Unavailable),
            ("\u{0}", ErrorCode::Unavailable),
        ] {
            let target = Target::new(Settings::default()).await?;
            let ended = ends_with(&target, async |peer| {
                peer.request().await;
                peer.write(&refusal(text)).await;
            });
            assert_eq!(ended.await, Some(code), "{text}");
        }
        Ok(())
    })
}

#[test]
fn a_worker_that_says_nothing_is_given_up() -> Result<()> {
    run(async {
        // No ack.
        let no_ack = DynamoSettings {
            ack_timeout: SOON,
            ..DynamoSettings::default()
        };
        let target = Target::new(impatient(no_ack)).await?;
        let ended = ends_with(&target, async |peer| drop(peer.request().await)).await;
        assert_eq!(
            (ended, target.faults(Fault::NoAck)),
            (Some(ErrorCode::UnknownOutcome), 1)
        );
        // An ack, and nothing behind it: the original waits for ever.
        let no_call_home = DynamoSettings {
            home_timeout: SOON,
            ..DynamoSettings::default()
        };
        let target = Target::new(impatient(no_call_home)).await?;
        let ended = ends_with(&target, async |peer| {
            peer.request().await;
            peer.write(&ACCEPTED).await;
        });
        assert_eq!(ended.await, Some(ErrorCode::UnknownOutcome));
        assert_eq!(target.faults(Fault::NoCallHome), 1);
        // An ack, and then it is gone: nobody waits for the time limit.
        let target = Target::new(Settings::default()).await?;
        let call = target.client.generate(text("x"), CallOptions::default());
        let mut peer = target.worker.accept().await;
        peer.request().await;
        peer.write(&ACCEPTED).await;
        drop(peer);
        assert_eq!(code(call.one().await), Some(ErrorCode::UnknownOutcome));
        Ok(())
    })
}

#[test]
fn garbage_in_place_of_acks_ends_the_connection() -> Result<()> {
    run(async {
        for bytes in [&[0xFF; 64][..], b"HTTP/1.1 400 Bad Request\r\n\r\n"] {
            let target = Target::new(Settings::default()).await?;
            let ended = ends_with(&target, async |peer| {
                peer.request().await;
                peer.write(bytes).await;
            });
            assert_eq!(ended.await, Some(ErrorCode::UnknownOutcome));
            assert_eq!(target.faults(Fault::Ack), 1);
        }
        Ok(())
    })
}

#[test]
fn an_answer_that_is_none_is_a_typed_error() -> Result<()> {
    run(async {
        let prologue = two_part(r#"{"error":null}"#, b"");
        let typed =
            r#"{"error":"no","typed_error":{"class":"InvalidRequest","reason":"request.invalid","message":"no"}}"#;
        let large = [u64::MAX.to_be_bytes(), [0; 8], [0; 8]].concat();
        let behind = |frame: &[u8]| [&prologue[..], frame].concat();
        let cases: Vec<(&str, Vec<u8>, ErrorCode)> = vec![
            ("nothing", Vec::new(), ErrorCode::UnknownOutcome),
            (
                "a prologue with a body",
                two_part(r#"{"error":null}"#, b"x"),
                ErrorCode::Protocol,
            ),
            ("no prologue", two_part("[]", b""), ErrorCode::Protocol),
            (
                "an error",
                two_part(r#"{"error":"Generate Error: x"}"#, b""),
                ErrorCode::Unavailable,
            ),
            ("an error with a type", two_part(typed, b""), ErrorCode::InvalidRequest),
            ("no end", behind(&data(&json!(1))), ErrorCode::UnknownOutcome),
            (
                "a sentinel without an end",
                behind(&two_part(SENTINEL, b"")),
                ErrorCode::UnknownOutcome,
            ),
            ("an empty wrapper", behind(&item("{}")), ErrorCode::Protocol),
            ("no wrapper", behind(&item("[1]")), ErrorCode::Protocol),
            (
                "half an item",
                behind(&data(&json!(1))[..30]),
                ErrorCode::UnknownOutcome,
            ),
            (
                "header and body",
                behind(&two_part(SENTINEL, b"x")),
                ErrorCode::Protocol,
            ),
            (
                "a caller's word",
                behind(&two_part("\"stop\"", b"")),
                ErrorCode::Protocol,
            ),
            ("a length beyond all limits", behind(&large), ErrorCode::PayloadTooLarge),
            ("noise", vec![0x41; 100], ErrorCode::PayloadTooLarge),
        ];
        for (what, bytes, expected) in cases {
            let target = Target::new(Settings::default()).await?;
            let ended = ends_with(&target, async |peer| {
                let (_, control, _) = peer.request().await;
                peer.write(&ACCEPTED).await;
                let mut home = call_home(&control, "response").await;
                home.write(&bytes).await;
            });
            assert_eq!(ended.await, Some(expected), "{what}");
        }
        Ok(())
    })
}

#[test]
fn an_end_comes_in_several_forms() -> Result<()> {
    run(async {
        let prologue = two_part(r#"{"error":null}"#, b"");
        for end in [
            item(FINAL),
            item(r#"{"data":null,"complete_final":true}"#),
            item(r#"{"data":{"data":2},"complete_final":true}"#),
            [item(FINAL), two_part(SENTINEL, b"")].concat(),
            // What comes behind an end does not take it back.
            [item(FINAL), data(&json!("late"))].concat(),
        ] {
            let target = Target::new(Settings::default()).await?;
            let ended = ends_with(&target, async |peer| {
                let (_, control, _) = peer.request().await;
                peer.write(&ACCEPTED).await;
                let mut home = call_home(&control, "response").await;
                home.write(&[&prologue[..], &data(&json!(1)), &end].concat()).await;
            });
            assert_eq!(ended.await, None);
        }
        Ok(())
    })
}

#[test]
fn an_answer_may_come_in_one_piece_and_its_worker_reads_an_end() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut call = target.client.generate(text("x"), CallOptions::default());
        let mut peer = target.worker.accept().await;
        let (_, control, _) = peer.request().await;
        peer.write(&ACCEPTED).await;
        let rest = [
            two_part(r#"{"error":null}"#, b""),
            data(&json!(1)),
            item(FINAL),
            two_part(SENTINEL, b""),
        ];
        let mut home = upstream::call_home_with(&control, "response", &rest.concat()).await;
        assert_eq!(call.next().await?.as_ref().map(read).as_deref(), Some("1"));
        assert_eq!(call.next().await?, None);
        // Not only that the connection broke: a worker of the original takes that for another thing.
        assert_eq!(home.0.read(&mut [0; 1]).await.ok(), Some(0));
        Ok(())
    })
}

#[test]
fn what_comes_with_a_handshake_may_be_wrong_or_cut_anywhere() -> Result<()> {
    run(async {
        let whole = [two_part(r#"{"error":null}"#, b""), data(&json!(1)), item(FINAL)].concat();
        for (rest, expected) in [
            (two_part("[", b""), Some(ErrorCode::Protocol)),
            (two_part(r#"{"error":null}"#, b"body"), Some(ErrorCode::Protocol)),
            (whole.clone(), None),
            (whole[..30].to_vec(), Some(ErrorCode::UnknownOutcome)),
            (whole[..whole.len() - 1].to_vec(), Some(ErrorCode::UnknownOutcome)),
        ] {
            let target = Target::new(Settings::default()).await?;
            let ended = ends_with(&target, async |peer| {
                let (_, control, _) = peer.request().await;
                peer.write(&ACCEPTED).await;
                drop(upstream::call_home_with(&control, "response", &rest).await);
            });
            assert_eq!(ended.await, expected, "{}", String::from_utf8_lossy(&rest));
        }
        Ok(())
    })
}

#[test]
fn strangers_at_the_listener_disturb_nobody() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut call = target.client.generate(text("x"), CallOptions::default());
        let mut peer = target.worker.accept().await;
        let (_, control, _) = peer.request().await;
        peer.write(&ACCEPTED).await;
        let info: serde_json::Value =
            serde_json::from_str(control["connection_info"]["info"].as_str().unwrap_or_default()).unwrap_or_default();
        let listener = info["address"].as_str().unwrap_or_default();
        let handshake = |subject: &str, stream: &str| {
            two_part(&json!({ "subject": subject, "stream_type": stream }).to_string(), b"")
        };
        let subject = info["subject"].as_str().unwrap_or_default();
        for bytes in [
            b"GET / HTTP/1.1\r\n\r\n-------------".to_vec(),
            two_part("{}", b""),
            two_part("[", b""),
            handshake("no subject at all", "response"),
            handshake(upstream::SUBJECT, "response"),
            // Ours, but not for this.
            handshake(subject, "request"),
        ] {
            let mut stranger = Peer::dial(listener).await;
            stranger.write(&bytes).await;
            stranger.closed().await;
        }
        assert_eq!(
            (target.faults(Fault::Handshake), target.faults(Fault::UnknownSubject)),
            (3, 3)
        );
        let mut home = call_home(&control, "response").await;
        home.write(&two_part(r#"{"error":null}"#, b"")).await;
        home.write(&data(&json!("mine"))).await;
        assert_eq!(call.next().await?.as_ref().map(read).as_deref(), Some("mine"));
        // Whoever calls home a second time gets nothing.
        let mut again = call_home(&control, "response").await;
        again.write(&data(&json!("not mine"))).await;
        again.closed().await;
        assert_eq!(target.faults(Fault::UnknownSubject), 4);
        home.write(&[data(&json!("more")), item(FINAL)].concat()).await;
        assert_eq!(call.next().await?.as_ref().map(read).as_deref(), Some("more"));
        assert_eq!(call.next().await?, None);
        Ok(())
    })
}

#[test]
fn a_call_that_was_cancelled_before_the_call_home_is_told_then() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let call = target.client.generate(text("x"), CallOptions::default());
        let mut peer = target.worker.accept().await;
        let (_, control, _) = peer.request().await;
        drop(call);
        peer.write(&ACCEPTED).await;
        let mut home = call_home(&control, "response").await;
        assert_eq!(home.message().await, Some(("\"kill\"".to_owned(), String::new())));
        assert_eq!(home.message().await, None);
        // A stopped one is read to the end that its worker makes.
        let mut call = target.client.generate(text("x"), CallOptions::default());
        let (_, control, _) = peer.request().await;
        call.stop();
        peer.write(&ACCEPTED).await;
        let mut home = call_home(&control, "response").await;
        assert_eq!(home.message().await, Some(("\"stop\"".to_owned(), String::new())));
        drop(home);
        assert_eq!(call.next().await?, None);
        Ok(())
    })
}

#[test]
fn a_deadline_is_told_as_stop_and_kill() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let deadline = std::time::Instant::now().checked_add(Duration::from_secs(2));
        let options = CallOptions {
            deadline,
            ..CallOptions::default()
        };
        let call = target.client.generate(text("x"), options);
        let mut peer = target.worker.accept().await;
        let (_, control, _) = peer.request().await;
        peer.write(&ACCEPTED).await;
        let mut home = call_home(&control, "response").await;
        assert_eq!(code(call.one().await), Some(ErrorCode::DeadlineExceeded));
        for word in ["\"stop\"", "\"kill\""] {
            assert_eq!(home.message().await, Some((word.to_owned(), String::new())));
        }
        Ok(())
    })
}

#[test]
fn records_that_cannot_be_called_are_named_and_others_are_called() -> Result<()> {
    run(async {
        let cluster = Cluster::new(On::Tcp);
        let address = Some("127.0.0.1:9/x".to_owned());
        let strange = [
            (None, None, "no transport that is known"),
            (address.clone(), Some("cbor"), "\"cbor\", which is not known"),
            (Some("127.0.0.1:9".to_owned()), None, "no path"),
            (Some("localhost:9/x".to_owned()), None, "not an IP address"),
        ];
        let client = cluster
            .runtime()?
            .endpoint(PATH)?
            .client(ClientOptions::default())
            .await?;
        for (tcp, codec, why) in strange {
            let discovery = cluster.discovery()?;
            discovery
                .register(upstream::record(discovery.connection_id(), PATH, tcp, codec))
                .await?;
            let error = client.generate(text("x"), CallOptions::default()).one().await;
            let error = error.err().unwrap_or_else(|| panic!("{why}"));
            assert_eq!(error.code, ErrorCode::NoInstances);
            assert!(
                error.message.contains("cannot be called") && error.message.contains(why),
                "{}",
                error.message
            );
            discovery.close().await;
        }
        let discovery = cluster.discovery()?;
        discovery
            .register(upstream::record(discovery.connection_id(), PATH, None, None))
            .await?;
        let workers = cluster.named(1).await?;
        client.wait_for_instances(1, Some(Duration::from_secs(5))).await?;
        let call = client.generate(text(crate::support::NAME), CallOptions::default());
        assert_eq!(read(&call.one().await?), workers[0].instance_id().to_string());
        Ok(())
    })
}

#[test]
fn an_unreachable_worker_of_the_original_is_passed_over() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let nowhere = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let nowhere = nowhere.unwrap_or_else(|error| panic!("{error}"));
        let discovery = target.cluster.discovery()?;
        let tcp = Some(format!("{nowhere}/x"));
        discovery
            .register(upstream::record(discovery.connection_id(), PATH, tcp, None))
            .await?;
        until(|| target.client.instance_ids().len() == 2).await;
        let id = target.worker.id;
        let serving = async {
            let mut peer = target.worker.accept().await;
            for _ in 0..6 {
                let (_, control, _) = peer.request().await;
                peer.write(&ACCEPTED).await;
                let mut home = call_home(&control, "response").await;
                home.write(&two_part(r#"{"error":null}"#, b"")).await;
                home.write(&[data(&json!("here")), item(FINAL), two_part(SENTINEL, b"")].concat())
                    .await;
                home.closed().await;
            }
        };
        let calling = async {
            for _ in 0..6 {
                let mut call = target.client.generate(text("x"), CallOptions::default());
                assert!(call.next().await?.is_some());
                assert_eq!(call.instance_id(), Some(id));
            }
            Ok(())
        };
        tokio::join!(serving, calling).1
    })
}
