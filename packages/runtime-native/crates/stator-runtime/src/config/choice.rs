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

/// Where the store of keys and values is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum KvBackend {
    /// Where discovery is.
    Discovery,
    /// In an etcd that several machines share.
    Etcd,
    /// In a folder that several processes share.
    File,
    /// In this process alone.
    Memory,
}

impl KvBackend {
    pub(super) const KIND: Kind = Kind::Choice(&["discovery", "file", "memory", "etcd"], &[]);
}

/// Where queues are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum QueueBackend {
    /// In the JetStream of a NATS server.
    Nats,
    /// In this process alone.
    #[serde(alias = "mem")]
    Memory,
}

impl QueueBackend {
    pub(super) const KIND: Kind = Kind::Choice(&["nats", "memory"], &[]);
}

/// Over what calls travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum RequestPlane {
    /// Connections between processes: multiplexed ones between our own, the original's wire with others.
    Tcp,
    /// The same, but calls go over the original's wire even where both sides speak ours.
    Dynamo,
    /// Requests through a NATS server, on the original's subjects, to whoever listens there; as `tcp` to the others.
    Nats,
    /// Inside this process, through the same codec.
    Memory,
}

impl RequestPlane {
    pub(super) const KIND: Kind = Kind::Choice(
        &["tcp", "dynamo", "nats", "memory"],
        &[("http", "the HTTP request plane no longer exists")],
    );
}

/// Over what answers travel on the original's wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum ResponsePlane {
    Tcp,
}

impl ResponsePlane {
    pub(super) const KIND: Kind = Kind::Choice(&["tcp"], &[("quic", "answers over QUIC are not supported")]);
}

/// How answers come to calls that went over NATS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "kebab-case")]
pub enum NatsResponses {
    /// Over a connection that the worker makes; over NATS where it cannot.
    Auto,
    /// Over a connection that the worker makes, as in the original.
    CallHome,
    /// Over NATS too.
    Nats,
}

impl NatsResponses {
    pub(super) const KIND: Kind = Kind::Choice(&["auto", "call-home", "nats"], &[]);
}

/// In which form values travel on the original's wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum RequestPlaneCodec {
    Msgpack,
    Json,
}

impl RequestPlaneCodec {
    pub(super) const KIND: Kind = Kind::Choice(&["msgpack", "json"], &[]);
}

/// Through what events travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum EventPlane {
    /// From each publisher straight to each subscriber.
    Zmq,
    /// A NATS server.
    Nats,
    /// Inside this process.
    #[serde(alias = "mem")]
    Memory,
}

impl EventPlane {
    pub(super) const KIND: Kind = Kind::Choice(&["zmq", "nats", "memory"], &[]);
}

/// Whether callers have to show a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum TlsClientAuth {
    /// One that our authority has signed.
    Required,
    /// They need none.
    None,
}

impl TlsClientAuth {
    pub(super) const KIND: Kind = Kind::Choice(&["required", "none"], &[]);
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
