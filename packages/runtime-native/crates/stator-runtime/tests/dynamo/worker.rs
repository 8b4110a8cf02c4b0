//! Callers on the original's wire that do not keep to it: what they are told, and that nobody else notices.

use std::time::Duration;

use crate::support::{
    Cluster, On, PATH, read, run, text, until,
    upstream::{FINAL, Home, Peer, SENTINEL, SUBJECT, control, frame, two_part},
};
use serde_json::json;
use stator_runtime::{
    DistributedRuntime, Result,
    client::{CallOptions, Client},
    dynamo::Fault,
    runtime::{ServeOptions, Settings},
};

/// A worker that does what the request says, and a well-behaved caller of it.
struct Target {
    worker: DistributedRuntime,
    address: String,
    path: String,
    client: Client,
    home: Home,
}

impl Target {
    async fn new(settings: Settings) -> Result<Self> {
        let cluster = Cluster::with(On::Dynamo, settings);
        let (worker, _served) = cluster
            .worker(ServeOptions::default(), |call| async move {
                let Some(request) = call.next().await? else {
                    return Ok(());
                };
                match read(&request).as_str() {
                    "endless" => loop {
                        call.send(text(&"x".repeat(1000))).await?;
                    },
                    "silent until stopped" => {
                        call.stopped().await;
                        call.send(text("stopped")).await
                    }
                    "until stopped" => {
                        call.send(text("begun")).await?;
                        call.stopped().await;
                        call.send(text("stopped")).await
                    }
                    _ => call.send(request).await,
                }
            })
            .await?;
        let address = crate::support::raw::address_of(worker.discovery(), worker.instance_id()).await?;
        let path = format!("{:x}/{}", worker.instance_id(), PATH.replace('.', "/"));
        let client = cluster.client(1).await?;
        Ok(Self {
            worker,
            address,
            path,
            client,
            home: Home::new().await,
        })
    }

    /// A request with that text, which is to be answered to `home`.
    fn request(&self, value: &str) -> Vec<u8> {
        let body = json!(value).to_string();
        let payload = two_part(&control(&self.home.address()).to_string(), body.as_bytes());
        frame(&self.path, "{}", &payload)
    }

    fn faults(&self, fault: Fault) -> u64 {
        self.worker.faults().count(fault)
    }

    /// Others are served as before, and nothing is left.
    async fn is_well(&self) -> Result<()> {
        let call = self.client.generate(text("well"), CallOptions::default());
        assert_eq!(read(&call.one().await?), "well");
        until(|| self.worker.running_calls() == 0).await;
        Ok(())
    }
}

async fn prologue(peer: &mut Peer) {
    assert_eq!(
        peer.message().await,
        Some((r#"{"error":null}"#.to_owned(), String::new()))
    );
}

#[test]
fn an_exchange_has_the_documented_frames() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut caller = Peer::dial(&target.address).await;
        // Two at once are acknowledged in their order, before they are answered.
        caller.write(&[target.request("a"), target.request("b")].concat()).await;
        for _ in 0..2 {
            assert_eq!(caller.ack().await.as_deref(), Some(""));
        }
        for _ in 0..2 {
            let (mut home, handshake) = target.home.accept().await;
            assert_eq!(handshake, json!({ "subject": SUBJECT, "stream_type": "response" }));
            prologue(&mut home).await;
            let (_, item) = home.message().await.unwrap_or_default();
            let expected = |value| format!(r#"{{"data":{{"data":"{value}"}},"complete_final":false}}"#);
            assert!(item == expected("a") || item == expected("b"), "{item}");
            assert_eq!(home.message().await, Some((String::new(), FINAL.to_owned())));
            assert_eq!(home.message().await, Some((SENTINEL.to_owned(), String::new())));
            // The caller closes first; a worker that did would use up its ports.
            drop(home);
        }
        target.is_well().await
    })
}

#[test]
fn what_is_not_acceptable_is_refused_before_it_is_acknowledged() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let home = target.home.address();
        let with = |change: &dyn Fn(&mut serde_json::Value)| {
            let mut control = control(&home);
            change(&mut control);
            frame(&target.path, "{}", &two_part(&control.to_string(), b"1"))
        };
        let whole = two_part(&control(&home).to_string(), b"1");
        let refused: Vec<(&str, Vec<u8>)> = vec![
            ("no message", frame(&target.path, "{}", b"")),
            ("half a message", frame(&target.path, "{}", &whole[..whole.len() - 1])),
            (
                "more than a message",
                frame(&target.path, "{}", &[&whole[..], b"!"].concat()),
            ),
            ("no control message", frame(&target.path, "{}", &two_part("[]", b"1"))),
            (
                "an empty control message",
                frame(&target.path, "{}", &two_part("", b"1")),
            ),
            ("a codec of the future", with(&|c| c["payload_codec"] = json!("cbor"))),
            (
                "a request of the future",
                with(&|c| c["request_type"] = json!("some_in")),
            ),
            (
                "another transport",
                with(&|c| c["connection_info"]["transport"] = json!("quic-response")),
            ),
            ("another call's home", with(&|c| c["id"] = json!("another"))),
            (
                "unreadable information",
                with(&|c| c["connection_info"]["info"] = json!("{")),
            ),
            (
                "a stream without a home",
                with(&|c| c["request_type"] = json!("many_in")),
            ),
            ("metadata that is no text", with(&|c| c["metadata"] = json!({ "a": 1 }))),
            (
                "another instance",
                frame(&format!("1/{}", PATH.replace('.', "/")), "{}", &whole),
            ),
            (
                "another endpoint",
                frame(&target.path.replace("run", "walk"), "{}", &whole),
            ),
            ("a path of another shape", frame("generate", "{}", &whole)),
        ];
        let mut caller = Peer::dial(&target.address).await;
        for (what, bytes) in &refused {
            caller.write(bytes).await;
            let ack = caller
                .ack()
                .await
                .unwrap_or_else(|| panic!("{what} closed the connection"));
            // The original's callers take any other text for an acceptance.
            assert!(ack.starts_with("Server unavailable: "), "{what}: {ack}");
        }
        let mut not_text = frame(&target.path, "{}", &whole);
        not_text[2] = 0xFF;
        caller.write(&not_text).await;
        assert!(
            caller
                .ack()
                .await
                .is_some_and(|ack| ack.starts_with("Server unavailable: "))
        );
        assert_eq!(target.faults(Fault::Request), 13);
        // The connection is as good as new.
        caller.write(&target.request("a")).await;
        assert_eq!(caller.ack().await.as_deref(), Some(""));
        target.is_well().await
    })
}

#[test]
fn headers_may_be_anything() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut caller = Peer::dial(&target.address).await;
        let payload = two_part(&control(&target.home.address()).to_string(), b"\"a\"");
        let long = format!(r#"{{"x":"{}"}}"#, "y".repeat(65_000));
        for headers in [
            "",
            "[",
            "[]",
            r#"{"traceparent":7}"#,
            r#"{"x-stator-timeout-ms":"soon"}"#,
            &long,
        ] {
            caller.write(&frame(&target.path, headers, &payload)).await;
            assert_eq!(caller.ack().await.as_deref(), Some(""), "{headers:.50}");
            target.home.accept().await;
        }
        target.is_well().await
    })
}

#[test]
fn an_unreadable_request_is_told_where_it_can_be() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut caller = Peer::dial(&target.address).await;
        let mut control = control(&target.home.address());
        control["payload_codec"] = json!("msgpack");
        for body in [&b""[..], b"\xc1", b"\x92\x01", b"\x01\x01", b"\xa1\xff", &[0x91; 5000]] {
            caller
                .write(&frame(&target.path, "{}", &two_part(&control.to_string(), body)))
                .await;
            assert_eq!(caller.ack().await.as_deref(), Some(""));
            let (mut home, _) = target.home.accept().await;
            let (prologue, _) = home.message().await.unwrap_or_default();
            assert!(prologue.contains(r#""class":"InvalidRequest""#), "{prologue}");
            assert!(prologue.contains("not readable as msgpack"), "{prologue}");
        }
        target.is_well().await
    })
}

#[test]
fn what_is_no_request_is_told_so_and_closed() -> Result<()> {
    run(async {
        let settings = Settings {
            max_message: 100_000,
            ..Settings::default()
        };
        let target = Target::new(settings).await?;
        let too_large = frame(&target.path, "{}", &vec![0; 100_000]);
        for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], &too_large[..60]] {
            let mut caller = Peer::dial(&target.address).await;
            caller.write(bytes).await;
            let ack = caller.ack().await.unwrap_or_default();
            assert!(
                ack.starts_with("Server unavailable: ") && ack.contains("closed"),
                "{ack}"
            );
            assert_eq!(caller.ack().await, None);
        }
        assert_eq!(target.faults(Fault::RequestFrame), 2);
        target.is_well().await
    })
}

#[test]
fn a_full_worker_says_so_in_the_originals_words() -> Result<()> {
    run(async {
        let settings = Settings {
            max_calls: 1,
            ..Settings::default()
        };
        let target = Target::new(settings).await?;
        let mut caller = Peer::dial(&target.address).await;
        caller.write(&target.request("until stopped")).await;
        assert_eq!(caller.ack().await.as_deref(), Some(""));
        caller.write(&target.request("a")).await;
        assert!(
            caller
                .ack()
                .await
                .is_some_and(|ack| ack.starts_with("Server overloaded: "))
        );
        let (mut home, _) = target.home.accept().await;
        home.write(&two_part("\"stop\"", b"")).await;
        drop(home);
        until(|| target.worker.running_calls() == 0).await;
        target.is_well().await
    })
}

#[test]
fn a_caller_is_called_home_before_its_handler_says_anything() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut caller = Peer::dial(&target.address).await;
        caller.write(&target.request("silent until stopped")).await;
        let (mut home, _) = target.home.accept().await;
        prologue(&mut home).await;
        home.write(&two_part("\"stop\"", b"")).await;
        let next = home.message().await;
        assert!(next.is_some_and(|(_, item)| item.contains("stopped")));
        target.is_well().await
    })
}

#[test]
fn a_caller_that_keeps_its_connection_keeps_nobody_from_stopping_in_order() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut caller = Peer::dial(&target.address).await;
        let mut homes = Vec::new();
        for number in 0..3 {
            caller.write(&target.request(&number.to_string())).await;
            let (mut home, _) = target.home.accept().await;
            while home.message().await.is_some_and(|(header, _)| header != SENTINEL) {}
            homes.push(home);
        }
        // The first one stays open: those behind it are let go all the same.
        for home in homes.drain(1..) {
            drop(home);
        }
        target.is_well().await?;
        drop(homes);
        assert_eq!(target.worker.shut_down(None).await.cut_off, 0);
        Ok(())
    })
}

#[test]
fn stop_asks_and_kill_ends() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut caller = Peer::dial(&target.address).await;
        for (word, last) in [("\"stop\"", Some("stopped")), ("\"kill\"", None)] {
            caller.write(&target.request("until stopped")).await;
            let (mut home, _) = target.home.accept().await;
            prologue(&mut home).await;
            assert!(home.message().await.is_some_and(|(_, item)| item.contains("begun")));
            home.write(&two_part(word, b"")).await;
            let next = home.message().await;
            assert_eq!(
                next.map(|(_, item)| item.contains("stopped")),
                last.map(|_| true),
                "{word}"
            );
            if last.is_none() {
                home.closed().await;
            }
            drop(home);
            until(|| target.worker.running_calls() == 0).await;
        }
        target.is_well().await
    })
}

#[test]
fn whoever_says_something_else_on_the_answer_loses_the_call() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut caller = Peer::dial(&target.address).await;
        let strange = [
            two_part(SENTINEL, b""),
            two_part("", b"data"),
            two_part("{", b""),
            vec![0xFF; 64],
        ];
        for (count, bytes) in strange.iter().enumerate() {
            caller.write(&target.request("until stopped")).await;
            let (mut home, _) = target.home.accept().await;
            prologue(&mut home).await;
            home.write(bytes).await;
            home.closed().await;
            until(|| target.faults(Fault::CallerFrame) == count as u64 + 1).await;
            until(|| target.worker.running_calls() == 0).await;
        }
        target.is_well().await
    })
}

#[test]
fn a_caller_that_is_gone_ends_its_handler() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut caller = Peer::dial(&target.address).await;
        // It closes in the middle of an answer.
        caller.write(&target.request("endless")).await;
        let (mut home, _) = target.home.accept().await;
        prologue(&mut home).await;
        drop(home);
        until(|| target.worker.running_calls() == 0).await;
        // Nobody listens where it says.
        let nowhere = Home::new().await.address();
        let payload = two_part(&control(&nowhere).to_string(), b"\"until stopped\"");
        caller.write(&frame(&target.path, "{}", &payload)).await;
        until(|| target.faults(Fault::HomeUnreachable) == 1 && target.worker.running_calls() == 0).await;
        // It has said all, but still reads.
        caller.write(&target.request("a")).await;
        let (mut home, _) = target.home.accept().await;
        tokio::io::AsyncWriteExt::shutdown(&mut home.0)
            .await
            .unwrap_or_default();
        prologue(&mut home).await;
        assert!(home.message().await.is_some());
        target.is_well().await
    })
}

#[test]
fn a_caller_that_does_not_read_stops_its_handler_alone() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut caller = Peer::dial(&target.address).await;
        caller.write(&target.request("endless")).await;
        let (home, _) = target.home.accept().await;
        for _ in 0..100 {
            let call = target.client.generate(text("well"), CallOptions::default());
            assert_eq!(read(&call.one().await?), "well");
        }
        drop(home);
        target.is_well().await
    })
}

#[test]
fn a_shutdown_ends_answers_in_order_and_refuses_what_comes() -> Result<()> {
    run(async {
        let target = Target::new(Settings::default()).await?;
        let mut caller = Peer::dial(&target.address).await;
        caller.write(&target.request("until stopped")).await;
        assert_eq!(caller.ack().await.as_deref(), Some(""));
        let (mut home, _) = target.home.accept().await;
        prologue(&mut home).await;
        assert!(home.message().await.is_some());
        let worker = target.worker.clone();
        let shutdown = tokio::spawn(async move { worker.shut_down(Some(Duration::from_secs(30))).await });
        until(|| target.worker.phase() != stator_runtime::runtime::Phase::Running).await;
        let ack = loop {
            // The endpoint leaves the table a moment later.
            caller.write(&target.request("a")).await;
            match caller.ack().await {
                Some(ack) if ack.is_empty() => drop(target.home.accept().await),
                ack => break ack.unwrap_or_default(),
            }
        };
        assert!(ack.starts_with("Server unavailable: "), "{ack}");
        home.write(&two_part("\"stop\"", b"")).await;
        assert!(home.message().await.is_some_and(|(_, item)| item.contains("stopped")));
        assert_eq!(home.message().await, Some((String::new(), FINAL.to_owned())));
        assert_eq!(home.message().await, Some((SENTINEL.to_owned(), String::new())));
        drop(home);
        assert_eq!(shutdown.await.map(|shutdown| shutdown.cut_off).ok(), Some(0));
        Ok(())
    })
}
