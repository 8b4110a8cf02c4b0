//! Discovery, on every back end.

#[path = "../discovery_support/mod.rs"]
mod discovery_support;
#[path = "../servers/mod.rs"]
mod servers;
#[path = "../support/mod.rs"]
mod support;

mod conformance;
mod entries;
mod etcd;
mod etcd_healing;
mod etcd_security;
mod file;
mod folder;
mod garbage;
mod names;
