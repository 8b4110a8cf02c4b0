//! What the event plane promises and cannot be seen from TypeScript.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

mod discovery_support;
mod servers;

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use discovery_support::{
    PATIENCE,
    etcd::{Admin, Etcd},
};
use stator_runtime::{
    DistributedRuntime, ErrorCode, Result,
    config::{RuntimeConfig, RuntimeOptions},
    connection::Hooks,
    discovery::{Bucket, Discovery, MemoryDiscovery, MemoryStore},
    events::{
        Bounds, ChannelTransport, EventChannel, EventHub, EventMetrics, EventScope, EventSubscription,
        SubscribeOptions, to_msgpack,
        zmq::{ZmqEventPlane, ZmqOptions},
    },
    payload::Lane,
};
use tokio::time::timeout;

const MAX_MESSAGE: usize = 32 << 20;

fn scope() -> EventScope {
    EventScope::endpoint("hello", "backend", "generate")
}

/// A hub with direct connections, and what it counts.
fn hub(store: &MemoryStore) -> Result<(Arc<EventHub>, Arc<dyn Discovery>)> {
    let discovery: Arc<dyn Discovery> = Arc::new(MemoryDiscovery::connect(store.clone())?);
    let options = ZmqOptions {
        host: [127, 0, 0, 1].into(),
        max_message: MAX_MESSAGE,
        stays_here: false,
    };
    let metrics = EventMetrics::new()?;
    let plane = ZmqEventPlane::new(options, Arc::clone(&discovery), metrics.clone())?;
    let hub = EventHub::new(Arc::new(plane), Arc::clone(&discovery), metrics, MAX_MESSAGE);
    Ok((hub, discovery))
}

async fn subscribe(hub: &EventHub) -> Result<EventSubscription> {
    hub.subscribe(scope(), "topic", SubscribeOptions::default()).await
}

async fn channels(discovery: &Arc<dyn Discovery>) -> Result<Vec<EventChannel>> {
    let entries = discovery.watch_entries(Bucket::EventChannels).await?;
    let entries = Arc::clone(&entries.borrow());
    let read = entries.iter().map(|(key, value)| EventChannel::read(key, value));
    Ok(read.collect::<std::result::Result<_, _>>().expect("channels"))
}

#[tokio::test]
async fn a_publisher_is_found_for_as_long_as_somebody_has_it() -> Result<()> {
    let store = MemoryStore::new();
    let (hub, discovery) = hub(&store)?;
    let publisher = hub.publisher(scope(), "topic").await?;
    let other = publisher.clone();
    assert!(publisher.id() > 0 && publisher.id() < 1 << 53);
    let found = channels(&discovery).await?;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].instance_id, &*found[0].topic, &found[0].scope),
        (publisher.id(), "topic", &scope())
    );
    assert!(
        matches!(&found[0].transport, ChannelTransport::Zmq { endpoint } if endpoint.starts_with("tcp://127.0.0.1:"))
    );

    let about = serde_json::json!({ "worker": 7 });
    publisher.describe(about.clone()).await?;
    publisher.describe(about.clone()).await?;
    let refused = publisher.describe(serde_json::json!({})).await;
    assert_eq!(refused.expect_err("another one").code, ErrorCode::InvalidArgument);
    let sources = hub.sources(&scope(), "topic").await?;
    assert_eq!(
        sources.get(&publisher.id()).map(|source| &source.metadata),
        Some(&about)
    );
    assert!(hub.sources(&scope(), "other").await?.is_empty());

    let mut entries = discovery.watch_entries(Bucket::EventChannels).await?;
    drop(publisher);
    assert_eq!(entries.borrow().len(), 1, "a clone is left");
    drop(other);
    let gone = timeout(PATIENCE, entries.wait_for(|entries| entries.is_empty())).await;
    assert!(gone.is_ok(), "nobody has it any more");
    assert!(hub.sources(&scope(), "topic").await?.is_empty());
    hub.close().await;
    let late = hub.publisher(scope(), "topic").await;
    assert_eq!(late.err().map(|error| error.code), Some(ErrorCode::ShuttingDown));
    Ok(())
}

/// A subscriber that says what it wants and then reads nothing.
fn deaf_subscriber(address: &str) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut greeting = [0; 64];
    greeting[0] = 0xFF;
    greeting[9..12].copy_from_slice(&[0x7F, 3, 0]);
    greeting[12..16].copy_from_slice(b"NULL");
    stream.write_all(&greeting)?;
    stream.write_all(b"\x04\x19\x05READY\x0BSocket-Type\0\0\0\x03SUB")?;
    stream.write_all(b"\x00\x06\x01topic\x04\x07\x04PING\0\0")?;
    // Greeting, READY and PONG: it has heard of the topic.
    let mut answer = [0; 64 + 27 + 7];
    stream.read_exact(&mut answer)?;
    assert!(answer.ends_with(b"\x04PONG"));
    Ok(stream)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_that_reads_nothing_costs_only_its_own_events() -> Result<()> {
    let store = MemoryStore::new();
    let (sending, discovery) = hub(&store)?;
    let publisher = sending.publisher(scope(), "topic").await?;
    let ChannelTransport::Zmq { endpoint } = channels(&discovery).await?.remove(0).transport else {
        panic!("a direct channel");
    };
    let deaf = deaf_subscriber(endpoint.trim_start_matches("tcp://")).expect("a subscriber");
    let (receiving, _other) = hub(&store)?;
    let subscription = subscribe(&receiving).await?;
    let large = to_msgpack(Lane::Bytes, &vec![7; 1 << 20])?;
    // More than the 64 MiB that wait for one subscriber, and the buffers of the system.
    for sequence in 0..128 {
        publisher.publish(large.clone())?;
        let event = timeout(PATIENCE, subscription.next())
            .await
            .expect("in time")
            .expect("more")?;
        assert_eq!((event.sequence, event.payload.len()), (sequence, large.len()));
    }
    assert_eq!(subscription.dropped(), 0);
    assert!(sending.metrics().dropped_by_publisher() > 0, "the deaf one is full");
    assert_eq!(receiving.metrics().missed(), 0);
    drop(deaf);
    for hub in [sending, receiving] {
        hub.close().await;
    }
    Ok(())
}

#[tokio::test]
async fn what_a_subscription_has_no_room_for_is_dropped() -> Result<()> {
    let store = MemoryStore::new();
    let (hub, _discovery) = hub(&store)?;
    let publisher = hub.publisher(scope(), "topic").await?;
    let bounds = Bounds {
        count: 3,
        bytes: 1 << 20,
    };
    let slow = hub.subscribe(scope(), "topic", SubscribeOptions { bounds }).await?;
    let quick = subscribe(&hub).await?;
    for number in 0..10_u8 {
        publisher.publish(vec![number])?;
    }
    for number in 0..10 {
        let event = quick.next().await.expect("all of them")?;
        assert_eq!(event.payload[..], [number]);
    }
    // The other connection may be behind this one.
    let dropped = async {
        while hub.metrics().dropped_by_subscriber() < 7 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(PATIENCE, dropped).await.expect("seven have no room");
    for number in 0..3 {
        assert_eq!(slow.next().await.expect("those with room")?.payload[..], [number]);
    }
    assert_eq!(slow.dropped(), 7);
    publisher.publish(vec![10])?;
    assert_eq!(slow.next().await.expect("room again")?.sequence, 10);
    hub.close().await;
    assert!(slow.next().await.is_none(), "it has ended");
    Ok(())
}

#[tokio::test]
async fn what_is_no_value_is_refused() -> Result<()> {
    let store = MemoryStore::new();
    let (hub, _discovery) = hub(&store)?;
    let publisher = hub.publisher(scope(), "topic").await?;
    for broken in [vec![], vec![0xC1], vec![0x93, 1], vec![1, 2]] {
        let refused = publisher.publish(broken).expect_err("no msgpack value");
        assert_eq!(refused.code, ErrorCode::InvalidArgument);
    }
    assert_eq!(hub.metrics().published(), 0);
    hub.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishers_are_found_again_after_the_lease_was_lost() -> Result<()> {
    let etcd = Etcd::start();
    let options = RuntimeOptions {
        etcd_endpoints: Some(etcd.endpoint().to_owned()),
        etcd_lease_ttl_ms: Some(2000),
        ..RuntimeOptions::default()
    };
    let config = RuntimeConfig::resolve(options, |_| None)?;
    let runtime = DistributedRuntime::connect(&config, Hooks::default()).await?;
    let publisher = runtime.namespace("hello")?.publisher("topic").await?;
    let admin = Admin::connect(&etcd).await;
    let stood = admin.until("v1/event_channels/", |found| found.len() == 1).await;
    let expected = format!("v1/event_channels/namespace/hello/topic/topic/{:x}", publisher.id());
    assert_eq!(stood[0].key_str().expect("text"), expected);

    let old = runtime.instance_id();
    admin.revoke(old).await;
    let again = admin
        .until("v1/event_channels/", |found| {
            found.len() == 1 && found[0].lease() != old.cast_signed()
        })
        .await;
    assert_eq!(
        again[0].key_str().expect("text"),
        expected,
        "the same publisher, under another lease"
    );

    admin.delete(&expected).await;
    // Nobody watches: it stands there again with the next renewal.
    admin.until("v1/event_channels/", |found| found.len() == 1).await;
    runtime.shut_down(None).await;
    admin.until("v1/event_channels/", |found| found.is_empty()).await;
    Ok(())
}
