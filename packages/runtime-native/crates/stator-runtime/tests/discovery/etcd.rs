//! What stands in etcd, what is read from it, and what happens when it fails.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use crate::discovery_support::{
    PATIENCE,
    etcd::{Admin, Etcd},
    places, record, until,
};
use stator_runtime::{
    ErrorCode,
    discovery::{Condition, Discovery, EtcdDiscovery, EtcdOptions, Instances, Membership},
};
use tokio::{sync::watch, time::timeout};

async fn connect(options: EtcdOptions) -> Arc<dyn Discovery> {
    Arc::new(EtcdDiscovery::connect(options).await.expect("etcd is there"))
}

fn key(id: u64) -> String {
    format!("v1/instances/hello/backend/generate/{id:x}")
}

/// A worker that serves `hello.backend.generate`, and a client that has seen it.
async fn pair(etcd: &Etcd) -> (Arc<dyn Discovery>, Arc<dyn Discovery>, watch::Receiver<Instances>) {
    let (worker, client) = (connect(etcd.options()).await, connect(etcd.options()).await);
    let mut seen = client.watch().await.expect("watch");
    worker
        .register(record(&*worker, "generate", 1))
        .await
        .expect("register");
    until(&mut seen, |snapshot| snapshot.len() == 1).await;
    (worker, client, seen)
}

async fn next_member(discovery: &dyn Discovery, old: u64) -> Membership {
    let mut membership = discovery.membership().expect("etcd can forget us");
    let next = membership.wait_for(|member| member.held && member.id != old);
    *timeout(PATIENCE, next).await.expect("a new lease").expect("it lives")
}

#[tokio::test]
async fn records_stand_where_the_original_looks_and_are_bound_to_the_lease() {
    let etcd = Etcd::start();
    let (worker, _client, _seen) = pair(&etcd).await;
    let id = worker.connection_id();
    let admin = Admin::connect(&etcd).await;
    let stored = admin.get("v1/").await;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].key_str().expect("text"), key(id));
    assert_eq!(stored[0].lease().cast_unsigned(), id, "the lease is the instance id");
    let expected = format!(
        r#"{{"type":"Endpoint","namespace":"hello","component":"backend","endpoint":"generate","instance_id":{id},"#
    );
    let value = stored[0].value_str().expect("text");
    assert!(value.starts_with(&expected), "{value}");
    assert_eq!(admin.granted_ttl(id).await, 2, "as the options say");
    worker.close().await;
    assert!(admin.get("v1/").await.is_empty());
    assert_eq!(admin.ttl(id).await, -1, "the lease was given back");
}

#[tokio::test]
async fn a_lease_is_kept_for_longer_than_its_time() {
    let etcd = Etcd::start();
    let options = EtcdOptions {
        lease_ttl: Duration::from_secs(4),
        ..etcd.options()
    };
    let worker = connect(options).await;
    worker
        .register(record(&*worker, "generate", 1))
        .await
        .expect("register");
    let admin = Admin::connect(&etcd).await;
    let since = std::time::Instant::now();
    let mut renewed = 0;
    let mut last = admin.ttl(worker.connection_id()).await;
    // Whole seconds that are left. A lease of 4 s whose time goes up three times has lived for longer than that.
    while renewed < 3 {
        assert!(since.elapsed() < PATIENCE, "never renewed");
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now = admin.ttl(worker.connection_id()).await;
        renewed += u32::from(now > last);
        last = now;
    }
    assert_eq!(admin.get(&key(worker.connection_id())).await.len(), 1);
}

#[tokio::test]
async fn a_revoked_lease_is_noticed_and_replaced() {
    let etcd = Etcd::start();
    let (worker, client, mut seen) = pair(&etcd).await;
    let old = worker.connection_id();
    let mut membership = worker.membership().expect("etcd can forget us");
    Admin::connect(&etcd).await.revoke(old).await;
    until(&mut seen, |snapshot| snapshot.is_empty()).await;
    let lost = membership.wait_for(|member| !member.held);
    assert_eq!(
        timeout(PATIENCE, lost).await.expect("noticed").expect("it lives").id,
        old
    );

    let new = next_member(&*worker, old).await.id;
    assert_eq!(worker.connection_id(), new);
    let mut stale = record(&*worker, "generate", 1);
    stale.instance_id = old;
    let refused = worker.register(stale).await.expect_err("the id is gone");
    assert_eq!(refused.code, ErrorCode::InvalidArgument);
    worker
        .register(record(&*worker, "generate", 1))
        .await
        .expect("register");
    let snapshot = until(&mut seen, |snapshot| !snapshot.is_empty()).await;
    assert_eq!(places(&snapshot), [format!("hello.backend.generate#{new:x}")]);
    assert_eq!(client.condition(), Condition::Connected);
}

#[tokio::test]
async fn a_record_that_somebody_deleted_is_put_back_and_one_that_should_not_be_there_is_taken_away() {
    let etcd = Etcd::start();
    let (worker, client, mut seen) = pair(&etcd).await;
    let _own = worker.watch().await.expect("watch");
    let id = worker.connection_id();
    let admin = Admin::connect(&etcd).await;
    let first = admin.get(&key(id)).await[0].create_revision();
    admin.delete(&key(id)).await;
    let back = admin.until(&key(id), |found| !found.is_empty()).await;
    assert!(back[0].create_revision() > first);
    assert_eq!(back[0].lease().cast_unsigned(), id, "bound to the lease again");
    assert_eq!(worker.connection_id(), id, "nothing else was lost");

    let stray = format!("v1/instances/hello/backend/stray/{id:x}");
    let value = back[0].value_str().expect("text").replace("generate", "stray");
    admin.put_with_lease(&stray, &value, id).await;
    admin.until(&stray, <[_]>::is_empty).await;
    let left = until(&mut seen, |snapshot| snapshot.len() == 1).await;
    assert_eq!(left[0].endpoint, "generate");
    client.close().await;
}

#[tokio::test]
async fn an_etcd_that_comes_back_finds_everything_as_it_was() {
    let mut etcd = Etcd::start();
    let (worker, client, mut seen) = pair(&etcd).await;
    let id = worker.connection_id();
    seen.mark_unchanged();
    etcd.kill();
    degraded(&*client).await;
    degraded(&*worker).await;
    assert_eq!(places(&client.watch().await.expect("what is known").borrow()).len(), 1);
    let refused = worker
        .register(record(&*worker, "late", 1))
        .await
        .expect_err("nobody is there");
    assert_eq!(refused.code, ErrorCode::Discovery);
    assert!(
        refused.message.contains(etcd.endpoint()) && refused.message.contains("ETCD_ENDPOINTS"),
        "{}",
        refused.message
    );
    etcd.run();
    connected(&*client).await;
    connected(&*worker).await;
    assert_eq!(worker.connection_id(), id);
    assert!(
        !seen.has_changed().expect("it lives"),
        "nothing came, went or was read as another"
    );
    worker
        .register(record(&*worker, "late", 1))
        .await
        .expect("etcd is there");
    until(&mut seen, |snapshot| snapshot.len() == 2).await;
}

#[tokio::test]
async fn after_a_wipe_everybody_takes_another_lease() {
    let mut etcd = Etcd::start();
    let (worker, client, mut seen) = pair(&etcd).await;
    let (old, client_id) = (worker.connection_id(), client.connection_id());
    etcd.kill_and_wipe();
    etcd.run();
    let new = next_member(&*worker, old).await.id;
    next_member(&*client, client_id).await;
    worker
        .register(record(&*worker, "generate", 2))
        .await
        .expect("register");
    let expected = [format!("hello.backend.generate#{new:x}")];
    until(&mut seen, |snapshot| places(snapshot) == expected).await;
    let admin = Admin::connect(&etcd).await;
    assert_eq!(admin.get("v1/").await.len(), 1);
}

#[tokio::test]
async fn an_etcd_that_stood_still_for_longer_than_the_leases_is_recovered_from() {
    let etcd = Etcd::start();
    let (worker, client, mut seen) = pair(&etcd).await;
    let old = worker.connection_id();
    etcd.pause();
    let options = EtcdOptions {
        request_timeout: Duration::from_millis(300),
        startup_timeout: Duration::ZERO,
        ..etcd.options()
    };
    let slow = EtcdDiscovery::connect(options).await.err().expect("no answer");
    assert_eq!(slow.code, ErrorCode::Discovery);
    assert!(slow.message.contains("no answer within 300 ms"), "{}", slow.message);
    degraded(&*worker).await;
    assert_eq!(seen.borrow().len(), 1, "known instances are kept");
    tokio::time::sleep(etcd.options().lease_ttl).await;
    etcd.resume();
    // Whether etcd counts the standstill is its own business: the lease lives on, or there is another one.
    connected(&*worker).await;
    let admin = Admin::connect(&etcd).await;
    loop {
        let member = *worker.membership().expect("etcd can forget us").borrow();
        if member.held && admin.ttl(member.id).await > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    worker
        .register(record(&*worker, "generate", 1))
        .await
        .expect("register");
    let expected = [format!("hello.backend.generate#{:x}", worker.connection_id())];
    until(&mut seen, |snapshot| places(snapshot) == expected).await;
    assert_eq!(admin.get("v1/").await.len(), 1, "{old:x} is not there beside another");
    client.close().await;
}

#[tokio::test]
async fn a_watch_that_fell_behind_a_compaction_reads_everything_again() {
    let etcd = Etcd::start();
    let worker = connect(etcd.options()).await;
    worker.register(record(&*worker, "before", 1)).await.expect("register");
    // A client whose thread can be held up, as by a debugger.
    let (told, hears) = mpsc::channel::<mpsc::Receiver<()>>();
    let (result, seen) = mpsc::channel();
    let options = etcd.options();
    let client = thread::spawn(move || {
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
        tokio.expect("a Tokio runtime").block_on(async move {
            let client = connect(options).await;
            let mut snapshots = client.watch().await.expect("watch");
            result.send(places(&snapshots.borrow())).expect("the test");
            hears.recv().expect("a gate").recv().expect("opened");
            let last = until(&mut snapshots, |snapshot| {
                snapshot.iter().any(|one| one.endpoint == "after")
            })
            .await;
            let resyncs = client.metrics().expect("etcd counts").resyncs();
            assert!(resyncs > 1, "etcd has kept what was to be forgotten");
            result.send(places(&last)).expect("the test");
            client.close().await;
        });
    });
    assert_eq!(seen.recv().expect("a snapshot").len(), 1);
    let (gate, closed) = mpsc::channel();
    told.send(closed).expect("the client");

    let admin = Admin::connect(&etcd).await;
    worker
        .unregister("hello", "backend", "before")
        .await
        .expect("unregister");
    // First what fills the connection, then more changes than etcd keeps for one watch.
    let large = "x".repeat(1 << 20);
    for number in 0..2_500 {
        let value = if number < 4 { large.as_str() } else { "x" };
        admin.put("v1/instances/filler", value).await;
    }
    worker.register(record(&*worker, "after", 1)).await.expect("register");
    admin.compact().await;
    gate.send(()).expect("the client");
    let expected = [format!("hello.backend.after#{:x}", worker.connection_id())];
    assert_eq!(seen.recv().expect("a snapshot"), expected, "the delete was not lost");
    client.join().expect("the client ends");
}

#[tokio::test]
async fn what_is_no_record_is_skipped_and_counted_and_harms_nobody() {
    let etcd = Etcd::start();
    let (worker, client, mut seen) = pair(&etcd).await;
    let admin = Admin::connect(&etcd).await;
    let good = admin.get(&key(worker.connection_id())).await[0]
        .value_str()
        .expect("text")
        .to_owned();
    let long = format!("{good}{}", " ".repeat(70_000));
    for (key, value) in [
        ("v1/instances/", "{}"),
        ("v1/instances/a/b/c", good.as_str()),
        ("v1/instances/a/b/c/d/1", &good),
        ("v1/instances/a/b/c/xyz", &good),
        ("v1/instances/a/b/c/1", &good),
        ("v1/instances/hello/backend/generate/1", ""),
        ("v1/instances/hello/backend/generate/2", "{\"type\":\"Endpoint\""),
        (
            "v1/instances/hello/backend/generate/3",
            "{\"type\":\"Model\",\"instance_id\":3}",
        ),
        ("v1/instances/hello/backend/generate/4", "\u{0}\u{1}"),
        ("v1/instances/hello/backend/generate/5", &long),
        ("v1/instances/hello/backend/generate/6", &"[".repeat(60_000)),
        ("v1/instances0/a/b/c/1", &good),
        ("v1/mdc/hello/backend/generate/1", &good),
    ] {
        admin.put(key, value).await;
    }
    // A record of the original, with an id beyond what JavaScript counts exactly, unknown fields and another transport.
    let foreign = r#"{"type":"Endpoint","component":"vllm","endpoint":"generate","namespace":"dynamo","instance_id":18446744073709551615,"transport":{"nats_tcp":"dynamo_vllm.generate-ffffffffffffffff"},"device_type":"cuda","future":[1]}"#;
    admin
        .put("v1/instances/dynamo/vllm/generate/ffffffffffffffff", foreign)
        .await;
    let snapshot = until(&mut seen, |snapshot| snapshot.len() == 2).await;
    assert_eq!(places(&snapshot)[0], "dynamo.vllm.generate#ffffffffffffffff");
    let skipped = client.metrics().expect("etcd counts").skipped_records();
    assert_eq!(skipped, 11, "those in the bucket, once each");

    // One of them becomes a record.
    let id = 2_u64;
    let valid = good.replace(&worker.connection_id().to_string(), &id.to_string());
    admin.put(&key(id), &valid).await;
    until(&mut seen, |snapshot| snapshot.len() == 3).await;
    admin.put(&key(id), "garbage again").await;
    until(&mut seen, |snapshot| snapshot.len() == 2).await;
    // A late client finds the same.
    let late = connect(etcd.options()).await;
    assert_eq!(late.watch().await.expect("watch").borrow().len(), 2);
}

#[tokio::test]
async fn more_records_than_one_page_are_all_read() {
    let etcd = Etcd::start();
    let admin = Admin::connect(&etcd).await;
    for number in 1..=2_500_u32 {
        let value = format!(
            r#"{{"type":"Endpoint","namespace":"n","component":"c","endpoint":"e","instance_id":{number},"transport":{{}}}}"#
        );
        admin.put(&format!("v1/instances/n/c/e/{number:x}"), &value).await;
    }
    let client = connect(etcd.options()).await;
    let seen = client.watch().await.expect("watch");
    let ids: Vec<u64> = seen.borrow().iter().map(|instance| instance.instance_id).collect();
    assert_eq!(
        ids,
        (1..=2_500).collect::<Vec<u64>>(),
        "in the order of ids, not of their hex"
    );
}

#[tokio::test]
async fn a_start_waits_for_an_etcd_that_comes_later() {
    let mut etcd = Etcd::start();
    etcd.kill();
    let options = etcd.options();
    let joining = tokio::spawn(EtcdDiscovery::connect(options));
    tokio::time::sleep(Duration::from_millis(100)).await;
    etcd.run();
    let joined = timeout(PATIENCE, joining).await.expect("in time").expect("no panic");
    assert!(joined.is_ok());
}

async fn degraded(discovery: &dyn Discovery) {
    condition(discovery, Condition::Degraded).await;
}

async fn connected(discovery: &dyn Discovery) {
    condition(discovery, Condition::Connected).await;
}

async fn condition(discovery: &dyn Discovery, wanted: Condition) {
    let reached = async {
        while discovery.condition() != wanted {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, reached).await.expect("the condition changes");
}
