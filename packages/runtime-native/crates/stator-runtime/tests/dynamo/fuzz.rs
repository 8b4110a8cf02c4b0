//! Thousands of peers on the original's wire that say anything: nothing panics, nothing hangs, neighbours are served.

use std::time::Duration;

use crate::support::{
    Cluster, On, PATH,
    panics::without_panics,
    read, text, until,
    upstream::{self, FINAL, Peer, SENTINEL, Worker, call_home, control, data, frame},
};
use serde_json::json;
use stator_runtime::{
    Result,
    client::{CallOptions, ClientOptions},
    dynamo::wire::{ack, item, request_frame, two_part},
    runtime::{DynamoSettings, ServeOptions, Settings},
};

const ROUNDS: u64 = 1_000;

/// The bytes with a few of them changed, taken out or put in.
fn damaged(random: &mut fastrand::Rng, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..random.usize(..4) {
        let place = random.usize(..=bytes.len());
        match random.u8(..4) {
            0 if place < bytes.len() => bytes[place] = random.u8(..),
            1 if place < bytes.len() => drop(bytes.remove(place)),
            2 => bytes.truncate(place),
            _ => bytes.insert(place, random.u8(..)),
        }
    }
    bytes
}

#[test]
fn decoders_bear_anything() {
    let mut random = fastrand::Rng::with_seed(3);
    let mut scratch = Vec::new();
    let samples = [
        frame("1f/a/b/c", "{}", &upstream::two_part("{}", b"1")),
        data(&json!({ "a": [1, "two", null] })),
        upstream::item(r#"{"data":{"event":"error","error":{"class":"NotFound"}},"complete_final":false}"#),
        upstream::item(FINAL),
        b"\x00\x00\x00\x02no".to_vec(),
        b"\x82\xa4data\x81\xa4data\x82\xa1i\x00\xa4text\xa2hi\xaecomplete_final\xc2".to_vec(),
    ];
    for _ in 0..300_000 {
        let sample = samples[random.usize(..samples.len())].clone();
        let bytes = damaged(&mut random, sample);
        if let Ok(Some((_, length))) = request_frame::split(&bytes, 1 << 20) {
            assert!(length <= bytes.len());
        }
        if let Ok(Some((parts, length))) = two_part::split(&bytes, 1 << 20) {
            assert_eq!(length, two_part::PREFIX + parts.header.len() + parts.body.len());
        }
        if let Ok(Some((text, length))) = ack::split(&bytes) {
            assert_eq!(length, 4 + text.len());
        }
        let body = bytes.get(two_part::PREFIX..).unwrap_or(&bytes);
        for codec in [
            stator_runtime::dynamo::value::Codec::Json,
            stator_runtime::dynamo::value::Codec::Msgpack,
        ] {
            for whole in [false, true] {
                // Whether it can be read does not matter here, that it ends does.
                let _ = item::read(codec, body, whole, &mut scratch);
                let _ = item::read(codec, &bytes, whole, &mut scratch);
            }
        }
    }
}

#[test]
fn a_worker_bears_callers_that_say_anything() -> Result<()> {
    without_panics(async {
        let cluster = Cluster::new(On::Dynamo);
        let (worker, _served) = cluster
            .worker(ServeOptions::default(), |call| async move {
                while let Some(message) = call.next().await? {
                    call.send(message).await?;
                }
                Ok(())
            })
            .await?;
        let address = crate::support::raw::address_of(worker.discovery(), worker.instance_id()).await?;
        let path = format!("{:x}/{}", worker.instance_id(), PATH.replace('.', "/"));
        let client = cluster.client(1).await?;
        let home = upstream::Home::new().await;
        let mut random = fastrand::Rng::with_seed(4);
        for round in 0..ROUNDS {
            let mut speech = Vec::new();
            for _ in 0..random.usize(1..5) {
                let payload = upstream::two_part(&control(&home.address()).to_string(), b"\"x\"");
                speech.extend_from_slice(&frame(&path, "{}", &payload));
            }
            let mut peer = Peer::dial(&address).await;
            peer.write(&damaged(&mut random, speech)).await;
            drop(peer);
            if round % 50 == 0 {
                let call = client.generate(text("well"), CallOptions::default());
                assert_eq!(read(&call.one().await?), "well");
            }
        }
        drop(home);
        until(|| worker.running_calls() == 0).await;
        Ok(())
    })
}

#[test]
fn a_caller_bears_workers_that_say_anything() -> Result<()> {
    without_panics(async {
        let settings = Settings {
            dynamo: DynamoSettings {
                ack_timeout: Duration::from_millis(200),
                home_timeout: Duration::from_millis(200),
                ..DynamoSettings::default()
            },
            ..Settings::default()
        };
        let cluster = Cluster::with(On::Tcp, settings);
        let worker = Worker::new(cluster.discovery()?, PATH).await?;
        let client = cluster
            .runtime()?
            .endpoint(PATH)?
            .client(ClientOptions::default())
            .await?;
        client.wait_for_instances(1, Some(Duration::from_secs(5))).await?;
        let serving = tokio::spawn(async move {
            let mut random = fastrand::Rng::with_seed(5);
            loop {
                let mut peer = worker.accept().await;
                let (_, control, _) = peer.request().await;
                let ack = if random.u8(..8) == 0 {
                    vec![random.u8(..); 4]
                } else {
                    vec![0; 4]
                };
                peer.write(&ack).await;
                let mut home = call_home(&control, "response").await;
                let mut answer = upstream::two_part(r#"{"error":null}"#, b"");
                for n in 0..random.usize(..5) {
                    answer.extend_from_slice(&data(&json!({ "n": n })));
                }
                answer.extend_from_slice(&upstream::item(FINAL));
                answer.extend_from_slice(&upstream::two_part(SENTINEL, b""));
                home.write(&damaged(&mut random, answer)).await;
            }
        });
        // Each ends, well or with an error; the next one begins with a connection of its own.
        for _ in 0..ROUNDS / 4 {
            let mut call = client.generate(text("x"), CallOptions::default());
            while let Ok(Some(_)) = call.next().await {}
        }
        serving.abort();
        Ok(())
    })
}
