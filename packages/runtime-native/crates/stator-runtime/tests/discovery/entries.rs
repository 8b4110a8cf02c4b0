//! Records of other kinds than instances: every back end keeps the same promises.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::sync::Arc;

use crate::discovery_support::{PATIENCE, etcd::Etcd};
use stator_runtime::{
    ErrorCode,
    discovery::{self, Bucket, Discovery, DiscoveryConfig, Entries, FileOptions, FileRoot, MemoryStore},
};
use tempfile::TempDir;
use tokio::{sync::watch, time::timeout};

const CHANNELS: Bucket = Bucket::EventChannels;
const KEY: &str = "namespace/hello/component/back_end/topic/kv-events%2E1/ff";

async fn connect(config: &DiscoveryConfig) -> Arc<dyn Discovery> {
    discovery::connect(config.clone()).await.expect("the back end connects")
}

async fn until(receiver: &mut watch::Receiver<Entries>, mut condition: impl FnMut(&Entries) -> bool) -> Entries {
    let found = timeout(PATIENCE, receiver.wait_for(|entries| condition(entries))).await;
    Arc::clone(&found.expect("the awaited records never came").expect("the back end"))
}

async fn put(discovery: &Arc<dyn Discovery>, bucket: Bucket, key: &str, value: &str) {
    let put = discovery.put_entry(bucket, key.to_owned(), value.as_bytes().to_vec());
    put.await.expect("the record is put");
}

async fn watch(discovery: &Arc<dyn Discovery>, bucket: Bucket) -> watch::Receiver<Entries> {
    discovery.watch_entries(bucket).await.expect("a watch")
}

fn values(entries: &Entries) -> Vec<(&str, &[u8])> {
    entries.iter().map(|(key, value)| (key.as_str(), &**value)).collect()
}

/// `fresh` makes a back end that nobody has used.
async fn conforms(config: DiscoveryConfig) {
    let (one, two) = (connect(&config).await, connect(&config).await);
    let mut early = watch(&two, CHANNELS).await;
    put(&one, CHANNELS, KEY, "{}").await;
    put(&one, Bucket::EventSources, KEY, "another bucket").await;
    assert_eq!(values(&watch(&one, CHANNELS).await.borrow()), [(KEY, &b"{}"[..])]);
    let seen = until(&mut early, |entries| entries.len() == 1).await;
    assert_eq!(values(&seen), [(KEY, &b"{}"[..])], "whole, under its own key");

    put(&one, CHANNELS, KEY, "replaced").await;
    put(&two, CHANNELS, "a/key", "of the other").await;
    let both = [("a/key", &b"of the other"[..]), (KEY, &b"replaced"[..])];
    let seen = until(&mut early, |entries| values(entries) == both).await;
    assert_eq!(values(&watch(&two, CHANNELS).await.borrow()), values(&seen));

    for _ in 0..2 {
        let removed = one.remove_entry(CHANNELS, KEY.to_owned()).await;
        removed.expect("unknown keys are no error");
    }
    until(&mut early, |entries| entries.len() == 1).await;
    let mut sources = watch(&two, Bucket::EventSources).await;
    assert_eq!(sources.borrow().len(), 1);

    put(&one, CHANNELS, KEY, "again").await;
    one.close().await;
    until(&mut sources, |entries| entries.is_empty()).await;
    let left = until(&mut early, |entries| entries.len() == 1).await;
    assert_eq!(values(&left), [("a/key", &b"of the other"[..])], "only its own go");
    let late = one.put_entry(CHANNELS, KEY.to_owned(), Vec::new()).await;
    assert_eq!(late.expect_err("it is closed").code, ErrorCode::ShuttingDown);
    let late = one.watch_entries(CHANNELS).await;
    assert_eq!(late.expect_err("it is closed").code, ErrorCode::ShuttingDown);
    two.close().await;
}

#[tokio::test]
async fn memory() {
    conforms(DiscoveryConfig::Memory(MemoryStore::new())).await;
}

#[tokio::test]
async fn file() {
    let folder = TempDir::new().expect("a folder");
    let root = FileRoot::Private(folder.path().join("root"));
    conforms(DiscoveryConfig::File(FileOptions::new(root))).await;
}

#[tokio::test]
async fn etcd() {
    let server = Etcd::start();
    conforms(DiscoveryConfig::Etcd(server.options())).await;
}

#[tokio::test]
async fn names_that_make_no_file_name_are_refused() {
    let folder = TempDir::new().expect("a folder");
    let root = FileRoot::Private(folder.path().join("root"));
    let discovery = connect(&DiscoveryConfig::File(FileOptions::new(root))).await;
    let refused = discovery.put_entry(CHANNELS, "a/b".repeat(60), Vec::new()).await;
    let error = refused.expect_err("no file system takes it");
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    assert!(error.message.contains("too long for file discovery"), "{error}");
}
