//! What only the store in etcd can meet: compaction, restarts, wiped data, an etcd that stands still or wants a password.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::time::Duration;

use crate::discovery_support::etcd::{Admin, Etcd};
use crate::kv_support::{Observer, put, value, within};
use stator_runtime::{
    ErrorCode,
    discovery::EtcdOptions,
    kv::{self, ClaimKind, ClaimOptions, Kv, KvConfig, Phase, PutOptions, etcd::ROOT},
};

async fn open(options: EtcdOptions) -> Kv {
    Kv::new(kv::connect(KvConfig::Etcd(options)).await.expect("etcd is there"))
}

fn lock() -> ClaimOptions {
    ClaimOptions {
        kind: ClaimKind::Lock,
        name: "l".to_owned(),
        value: bytes::Bytes::new(),
        ttl: Duration::from_secs(2),
        wait: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_stand_below_a_prefix_of_their_own() {
    let etcd = Etcd::start();
    let admin = Admin::connect(&etcd).await;
    let kv = open(etcd.options()).await;
    put(&kv, "a/b", "1").await;
    let found = admin.get("").await;
    let keys: Vec<&str> = found.iter().map(|record| record.key_str().expect("text")).collect();
    assert_eq!(keys, [format!("{ROOT}kv/a/b")]);
    let held = kv.claim(lock()).await.expect("a lock");
    let claims = admin.get(&format!("{ROOT}locks/")).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].create_revision().cast_unsigned(), held.guard().token);
    assert_ne!(claims[0].lease(), 0);
    // What others write there is read.
    admin.put(&format!("{ROOT}kv/theirs"), "2").await;
    assert_eq!(value(&kv, "theirs").await.as_deref(), Some(&b"2"[..]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_survives_restarts_and_tells_each_change_once() {
    let mut etcd = Etcd::start();
    let kv = open(etcd.options()).await;
    let mut watch = Observer::prefix(&kv, "").await;
    put(&kv, "a", "1").await;
    put(&kv, "gone", "1").await;
    watch.until("gone", Some("1")).await;
    for round in 2..5 {
        etcd.kill();
        etcd.run();
        let admin = Admin::connect(&etcd).await;
        let round = round.to_string();
        admin.put(&format!("{ROOT}kv/a"), &round).await;
        watch.until("a", Some(&round)).await;
    }
    watch.assert_in_order();
    assert_eq!(watch.events.len(), 5, "{:?}", watch.events);
    assert!(!watch.phases.contains(&Phase::Resync), "etcd has kept what happened");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_slow_reader_has_not_read_and_was_compacted_is_told_as_a_difference() {
    let etcd = Etcd::start();
    let admin = Admin::connect(&etcd).await;
    let kv = open(etcd.options()).await;
    let mut watch = Observer::prefix(&kv, "").await;
    for key in ["same", "changed", "gone"] {
        put(&kv, key, "1").await;
    }
    watch.until("gone", Some("1")).await;
    // More than waits for a reader, so that the rest stays in etcd.
    for round in 0..3000 {
        put(&kv, "many", round.to_string()).await;
    }
    for value in ["2", "3"] {
        put(&kv, "changed", value).await;
    }
    admin.delete(&format!("{ROOT}kv/gone")).await;
    put(&kv, "new", "1").await;
    admin.compact().await;
    watch.until("new", Some("1")).await;
    watch.until("gone", None).await;
    watch.until("changed", Some("3")).await;
    watch.until("many", Some("2999")).await;
    watch.assert_in_order();
    assert!(watch.phases.contains(&Phase::Resync), "{:?}", watch.phases);
    let of_same = watch.events.iter().filter(|event| event.key() == "same").count();
    assert_eq!(of_same, 1, "what did not change is not told again");
    let told = watch.events.len();
    put(&kv, "same", "2").await;
    watch.until("same", Some("2")).await;
    assert_eq!(watch.events.len(), told + 1, "afterwards it follows the changes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wiped_data_is_told_as_deletions_and_locks_are_lost() {
    let mut etcd = Etcd::start();
    let kv = open(etcd.options()).await;
    let mut watch = Observer::prefix(&kv, "").await;
    let held = kv.claim(lock()).await.expect("a lock");
    for key in 0..20 {
        put(&kv, &format!("k{key}"), "1").await;
    }
    watch.until("k19", Some("1")).await;
    etcd.kill_and_wipe();
    etcd.run();
    watch.until("k19", None).await;
    assert!(watch.state.is_empty());
    assert_eq!(within("the loss", held.lost().reason()).await.code, ErrorCode::Conflict);
    put(&kv, "k0", "2").await;
    watch.until("k0", Some("2")).await;
    kv.claim(lock()).await.expect("it is free");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_holder_that_cannot_renew_gives_up_in_time() {
    let etcd = Etcd::start();
    let kv = open(etcd.options()).await;
    let held = kv.claim(lock()).await.expect("a lock");
    etcd.pause();
    let lost = within("the loss", held.lost().reason()).await;
    assert_eq!(lost.code, ErrorCode::Conflict);
    assert!(lost.message.contains("not renewed"), "{lost}");
    etcd.resume();
    within("a lock", kv.claim(lock())).await.expect("it works again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_without_an_answer_may_have_been_done_and_a_read_was_not() {
    let etcd = Etcd::start();
    let options = EtcdOptions {
        request_timeout: Duration::from_secs(2),
        ..etcd.options()
    };
    let kv = open(options).await;
    put(&kv, "a", "1").await;
    etcd.pause();
    let write = kv
        .put("a", "2".into(), PutOptions::default())
        .await
        .expect_err("no answer");
    assert_eq!(write.code, ErrorCode::UnknownOutcome, "{write}");
    let read = kv.get("a").await.expect_err("no answer");
    assert_eq!(read.code, ErrorCode::Discovery, "{read}");
    assert!(read.code.retryable());
    etcd.resume();
    within("an answer", async { while kv.get("a").await.is_err() {} }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_etcd_that_is_not_there_or_wants_a_password_is_a_typed_error() {
    let nobody = EtcdOptions {
        request_timeout: Duration::from_millis(300),
        ..EtcdOptions::new(vec!["http://127.0.0.1:1".to_owned()])
    };
    let kv = open(nobody).await;
    assert_eq!(kv.get("a").await.expect_err("nobody").code, ErrorCode::Discovery);
    assert_eq!(kv.watch("").await.err().expect("nobody").code, ErrorCode::Discovery);
    assert_eq!(
        kv.lease(Duration::from_secs(2)).await.expect_err("nobody").code,
        ErrorCode::Discovery
    );
    let etcd = Etcd::start();
    Admin::connect(&etcd).await.guard("secret").await;
    let kv = open(etcd.options()).await;
    for error in [
        kv.get("a").await.expect_err("no user"),
        kv.put("a", "1".into(), PutOptions::default())
            .await
            .expect_err("no user"),
        kv.watch("").await.err().expect("no user"),
    ] {
        assert_eq!(error.code, ErrorCode::PermissionDenied, "{error}");
        assert!(error.message.contains("stator/"), "{error}");
    }
}
