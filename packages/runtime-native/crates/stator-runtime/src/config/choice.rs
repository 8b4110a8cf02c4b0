//! Settings that take one of a few words.

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use super::kind::Kind;

/// Through what instances find each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum DiscoveryBackend {
    /// An etcd that several machines share.
    Etcd,
    /// A folder that several processes share.
    File,
    /// This process alone.
    #[serde(alias = "mem")]
    Memory,
}

impl DiscoveryBackend {
    pub(super) const KIND: Kind = Kind::Choice(
        &["file", "memory", "etcd"],
        &[("kubernetes", "discovery through kubernetes is not supported")],
    );
}

/// Over what calls travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum RequestPlane {
    /// Multiplexed connections between processes.
    Tcp,
    /// Inside this process, through the same codec.
    Memory,
}

impl RequestPlane {
    pub(super) const KIND: Kind = Kind::Choice(
        &["tcp", "memory"],
        &[
            ("nats", "the NATS request plane is not built yet"),
            ("http", "the HTTP request plane no longer exists"),
        ],
    );
}

/// What the system server says before anybody has said better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum HealthStatus {
    Ready,
    Notready,
}

impl HealthStatus {
    pub(super) const KIND: Kind = Kind::Choice(&["ready", "notready"], &[]);
}
