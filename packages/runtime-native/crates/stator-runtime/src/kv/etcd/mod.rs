//! The store in etcd, below `stator/`.

mod etcd_store;
mod etcd_watch;
mod keys;
mod requests;

pub use etcd_store::EtcdStore;
pub use keys::ROOT;
