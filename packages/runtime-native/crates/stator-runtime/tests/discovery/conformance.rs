//! Every back end keeps the same promises: one body, run over each.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{fs, sync::Arc};

use crate::discovery_support::{etcd::Etcd, places, port, record, until};
use stator_runtime::{
    ErrorCode,
    discovery::{
        self, Discovery, DiscoveryConfig, FileOptions, FileRoot, MemoryStore,
        file::{BUCKET, Notice},
    },
};
use tempfile::TempDir;

async fn connect(config: &DiscoveryConfig) -> Arc<dyn Discovery> {
    discovery::connect(config.clone()).await.expect("the back end connects")
}

async fn a_record_is_seen_by_everybody_and_goes_when_unregistered(config: &DiscoveryConfig) {
    let (worker, client) = (connect(config).await, connect(config).await);
    assert_ne!(worker.connection_id(), client.connection_id());
    let mut own = worker.watch().await.expect("watch");
    let mut other = client.watch().await.expect("watch");
    assert!(own.borrow().is_empty() && other.borrow().is_empty());

    let generate = record(&*worker, "generate", 1);
    worker.register(generate.clone()).await.expect("register");
    for receiver in [&mut own, &mut other] {
        let snapshot = until(receiver, |snapshot| snapshot.len() == 1).await;
        assert_eq!(
            *snapshot[0], generate,
            "the record arrives whole, with all 64 bits of its id"
        );
    }

    worker
        .unregister("hello", "backend", "generate")
        .await
        .expect("unregister");
    for receiver in [&mut own, &mut other] {
        until(receiver, |snapshot| snapshot.is_empty()).await;
    }
    worker
        .unregister("hello", "backend", "generate")
        .await
        .expect("an unknown record is no error");
    worker.close().await;
    client.close().await;
}

async fn a_watch_is_complete_when_it_returns(config: &DiscoveryConfig) {
    let worker = connect(config).await;
    worker.register(record(&*worker, "b", 1)).await.expect("register");
    worker.register(record(&*worker, "a", 2)).await.expect("register");
    let client = connect(config).await;
    let id = worker.connection_id();
    let expected = [format!("hello.backend.a#{id:x}"), format!("hello.backend.b#{id:x}")];
    assert_eq!(
        places(&client.watch().await.expect("watch").borrow()),
        expected,
        "sorted, and all there"
    );
    assert_eq!(places(&worker.watch().await.expect("watch").borrow()), expected);
    worker.close().await;
    client.close().await;
}

async fn registering_again_replaces(config: &DiscoveryConfig) {
    let (worker, client) = (connect(config).await, connect(config).await);
    let mut seen = client.watch().await.expect("watch");
    for number in 1..=20 {
        worker
            .register(record(&*worker, "generate", number))
            .await
            .expect("register");
    }
    let snapshot = until(&mut seen, |snapshot| {
        snapshot.iter().any(|instance| port(instance) == "20")
    })
    .await;
    assert_eq!(snapshot.len(), 1, "one record a place");
    worker.close().await;
    client.close().await;
}

async fn closing_withdraws_only_its_own(config: &DiscoveryConfig) {
    let (one, two, client) = (connect(config).await, connect(config).await, connect(config).await);
    let mut seen = client.watch().await.expect("watch");
    for worker in [&one, &two] {
        worker
            .register(record(&**worker, "generate", 1))
            .await
            .expect("register");
        worker.register(record(&**worker, "count", 1)).await.expect("register");
    }
    until(&mut seen, |snapshot| snapshot.len() == 4).await;
    one.close().await;
    let left = until(&mut seen, |snapshot| snapshot.len() == 2).await;
    assert!(left.iter().all(|instance| instance.instance_id == two.connection_id()));

    one.close().await;
    let refused = one.register(record(&*one, "late", 1)).await.expect_err("closed");
    assert_eq!(refused.code, ErrorCode::ShuttingDown);
    drop(two);
    until(&mut seen, |snapshot| snapshot.is_empty()).await;
    client.close().await;
}

async fn many_register_at_once(config: &DiscoveryConfig) {
    const WORKERS: usize = 16;
    const ENDPOINTS: u16 = 8;
    let client = connect(config).await;
    let mut seen = client.watch().await.expect("watch");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..WORKERS {
        let worker = connect(config).await;
        for number in 0..ENDPOINTS {
            let worker = worker.clone();
            tasks.spawn(async move {
                let name = format!("endpoint_{number}");
                worker
                    .register(record(&*worker, &name, number))
                    .await
                    .expect("register");
                worker
            });
        }
    }
    let workers: Vec<_> = tasks.join_all().await;
    let snapshot = until(&mut seen, |snapshot| snapshot.len() == WORKERS * usize::from(ENDPOINTS)).await;
    assert!(
        snapshot.is_sorted_by(|a, b| a.order(b).is_lt()),
        "sorted, no place twice"
    );
    for worker in &workers {
        worker.close().await;
    }
    until(&mut seen, |snapshot| snapshot.is_empty()).await;
    client.close().await;
}

async fn records_that_nobody_could_call_are_refused(config: &DiscoveryConfig) {
    let worker = connect(config).await;
    let mut slash = record(&*worker, "generate", 1);
    slash.component = "back/end".into();
    let refused = worker.register(slash).await.expect_err("bad name");
    assert_eq!(refused.code, ErrorCode::InvalidArgument);
    assert!(
        refused.message.contains("component") && refused.message.contains("back/end"),
        "{}",
        refused.message
    );

    let mut foreign = record(&*worker, "generate", 1);
    foreign.instance_id ^= 1;
    let refused = worker.register(foreign).await.expect_err("another's id");
    assert_eq!(refused.code, ErrorCode::InvalidArgument);
    assert!(worker.watch().await.expect("watch").borrow().is_empty());
    worker.close().await;
}

async fn conforms(mut config: impl FnMut() -> DiscoveryConfig) {
    a_record_is_seen_by_everybody_and_goes_when_unregistered(&config()).await;
    a_watch_is_complete_when_it_returns(&config()).await;
    registering_again_replaces(&config()).await;
    closing_withdraws_only_its_own(&config()).await;
    many_register_at_once(&config()).await;
    records_that_nobody_could_call_are_refused(&config()).await;
}

#[tokio::test]
async fn memory() {
    conforms(|| DiscoveryConfig::Memory(MemoryStore::new())).await;
}

#[tokio::test]
async fn memory_stores_are_apart_and_the_process_store_is_one() {
    let apart = connect(&DiscoveryConfig::Memory(MemoryStore::new())).await;
    let one = connect(&DiscoveryConfig::Memory(MemoryStore::process())).await;
    let two = connect(&DiscoveryConfig::Memory(MemoryStore::process())).await;
    one.register(record(&*one, "generate", 1)).await.expect("register");
    assert_eq!(two.watch().await.expect("watch").borrow().len(), 1);
    assert!(apart.watch().await.expect("watch").borrow().is_empty());
}

async fn file_conforms(notice: Notice) {
    let folder = TempDir::new().expect("a folder");
    let mut rounds = 0..;
    let mut roots = Vec::new();
    let next = || {
        let root = folder.path().join(rounds.next().unwrap_or(0).to_string());
        roots.push(root.clone());
        DiscoveryConfig::File(FileOptions {
            notice,
            ..FileOptions::new(FileRoot::Private(root))
        })
    };
    conforms(next).await;
    assert!(!roots.is_empty());
    for root in roots {
        let left: Vec<_> = fs::read_dir(root.join(BUCKET)).expect("the bucket").collect();
        assert!(left.is_empty(), "closing leaves nothing behind: {left:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn file_told_by_the_system() {
    file_conforms(Notice::Automatic).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn file_by_polling() {
    file_conforms(Notice::Polling).await;
}

#[tokio::test]
async fn file_on_one_thread() {
    file_conforms(Notice::Automatic).await;
}

/// Each promise on an etcd that holds nothing of the one before: `conforms` wants a fresh back end for each.
async fn etcd_conforms() {
    let mut servers = Vec::new();
    conforms(|| {
        let server = Etcd::start();
        let options = server.options();
        servers.push(server);
        DiscoveryConfig::Etcd(options)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn etcd() {
    etcd_conforms().await;
}

#[tokio::test]
async fn etcd_on_one_thread() {
    etcd_conforms().await;
}
