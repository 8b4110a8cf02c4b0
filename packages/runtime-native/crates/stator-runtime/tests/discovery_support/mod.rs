//! What the discovery tests share: records to register and a way to await a state.
#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

pub mod etcd;

use std::{sync::Arc, time::Duration};

use stator_runtime::discovery::{Discovery, Instance, Instances, Stator, Transport};
use tokio::{sync::watch, time::timeout};

/// Far beyond anything that these tests wait for: reaching it means that the event never came.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A record of `hello.backend.<endpoint>` as `discovery` would register it.
pub fn record(discovery: &dyn Discovery, endpoint: &str, port: u16) -> Instance {
    Instance {
        namespace: "hello".into(),
        component: "backend".into(),
        endpoint: endpoint.into(),
        instance_id: discovery.connection_id(),
        transport: Transport {
            tcp: Some(format!("127.0.0.1:{port}/{endpoint}")),
            ..Transport::default()
        },
        device_type: None,
        request_plane_codec: None,
        stator: Some(Stator {
            address: format!("127.0.0.1:{port}"),
            versions: (1, 1),
            idempotent: false,
            contract: None,
            nats_answers: false,
        }),
    }
}

/// Waits until the newest snapshot satisfies `condition`, and returns it.
pub async fn until(
    receiver: &mut watch::Receiver<Instances>,
    mut condition: impl FnMut(&[Arc<Instance>]) -> bool,
) -> Instances {
    let found = timeout(PATIENCE, receiver.wait_for(|snapshot| condition(snapshot))).await;
    found
        .expect("the awaited snapshot never came")
        .expect("the back end went away")
        .clone()
}

/// `path#id` of every record, in the snapshot's order.
pub fn places(snapshot: &[Arc<Instance>]) -> Vec<String> {
    snapshot
        .iter()
        .map(|instance| format!("{}#{:x}", instance.path(), instance.instance_id))
        .collect()
}

/// The port that a record was made with.
pub fn port(instance: &Instance) -> &str {
    instance
        .stator
        .as_ref()
        .and_then(|stator| stator.address.rsplit(':').next())
        .unwrap_or("none")
}
