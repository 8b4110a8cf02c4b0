use std::{cmp::Ordering, sync::Arc};

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// The record of one served endpoint, as it stands in discovery: the original's JSON with one field more.
///
/// Unknown fields are ignored on reading, so that old and new peers live together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Instance {
    pub namespace: String,
    pub component: String,
    pub endpoint: String,
    /// Full 64 bits, written as a JSON number.
    pub instance_id: u64,
    pub transport: Transport,
    /// `cuda` or `cpu`, where the original says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_type: Option<String>,
    /// In which form the original's wire carries values: `msgpack` or `json`. Absent: JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_plane_codec: Option<String>,
    /// What only Stator peers read. Absent in records of the original.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stator: Option<Stator>,
}

impl Instance {
    /// `namespace.component.endpoint`.
    pub fn path(&self) -> String {
        format!("{}.{}.{}", self.namespace, self.component, self.endpoint)
    }

    /// The order of snapshots: by namespace, component, endpoint and id. Two records of one place are equal.
    pub fn order(&self, other: &Self) -> Ordering {
        self.namespace
            .cmp(&other.namespace)
            .then_with(|| self.component.cmp(&other.component))
            .then_with(|| self.endpoint.cmp(&other.endpoint))
            .then(self.instance_id.cmp(&other.instance_id))
    }

    /// Whether this is a record of that endpoint.
    pub fn serves(&self, namespace: &str, component: &str, endpoint: &str) -> bool {
        self.endpoint == endpoint && self.component == component && self.namespace == namespace
    }
}

/// Those of a sorted snapshot that are of one endpoint, without a look at the others.
pub fn of_endpoint<'a>(
    snapshot: &'a [Arc<Instance>],
    namespace: &str,
    component: &str,
    endpoint: &str,
) -> &'a [Arc<Instance>] {
    let wanted = (namespace, component, endpoint);
    let place = |instance: &Arc<Instance>| {
        let Instance {
            namespace,
            component,
            endpoint,
            ..
        } = &**instance;
        (namespace.as_str(), component.as_str(), endpoint.as_str()).cmp(&wanted)
    };
    let from = snapshot.partition_point(|instance| place(instance).is_lt());
    let to = snapshot.partition_point(|instance| place(instance).is_le());
    snapshot.get(from..to).unwrap_or_default()
}

/// How the original reaches the endpoint: `{"tcp": "IP:port/PATH"}` or `{"nats_tcp": "SUBJECT"}`. It takes one of them
/// only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Transport {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp: Option<String>,
    /// Requests over NATS, answers over TCP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nats_tcp: Option<String>,
}

/// How a Stator peer reaches the endpoint over the multiplexed plane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Stator {
    /// `IP:port` of the listener, or `memory:<id>` inside one process.
    pub address: String,
    /// Lowest and highest frame version that the listener speaks.
    pub versions: (u16, u16),
    /// Declared by the endpoint: running a call twice does no harm.
    #[serde(default)]
    pub idempotent: bool,
    /// The hash of the endpoint's contract, 32 hex digits; absent if it is served without one. The instance gives the
    /// document of it when it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<String>,
    /// Answers to requests that come over NATS may go there too. Absent: they may not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nats_answers: bool,
}
