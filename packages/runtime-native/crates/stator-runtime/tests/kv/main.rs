//! The key-value store, on every back end.

#[path = "../discovery_support/mod.rs"]
mod discovery_support;
#[path = "../kv_support/mod.rs"]
mod kv_support;
#[path = "../servers/mod.rs"]
mod servers;

mod conformance;
mod etcd;
mod file;
