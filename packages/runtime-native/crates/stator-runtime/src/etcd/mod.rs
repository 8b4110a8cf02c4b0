//! Connections to etcd, for whatever is kept there: discovery's records, and the store of keys and values.

mod back_off;
mod etcd_connection;
mod etcd_options;
mod failure;
mod tls_files;

pub(crate) use back_off::BackOff;
pub(crate) use etcd_connection::{ConnectionPlan, EtcdConnection};
pub use etcd_options::EtcdOptions;
pub(crate) use failure::{Failure, FailureKind, watch_cancelled};
pub use tls_files::TlsFiles;
