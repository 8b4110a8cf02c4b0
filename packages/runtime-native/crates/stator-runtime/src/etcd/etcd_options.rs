use std::time::Duration;

use super::{TlsFiles, back_off::BackOff};
use crate::config::Secret;

/// Where etcd is, who we are to it, and how patient we are.
#[derive(Debug, Clone)]
pub struct EtcdOptions {
    /// `http://host:port` or `https://host:port`; without a scheme it follows from whether there are TLS files.
    pub endpoints: Vec<String>,
    /// How long our records outlive us when we end without a word. etcd counts in whole seconds, and from about two.
    pub lease_ttl: Duration,
    /// How long the first connection is tried.
    pub startup_timeout: Duration,
    /// For each request.
    pub request_timeout: Duration,
    /// How often a connection is asked whether it lives, and how long it has to answer; `None`: never.
    pub keep_alive: Option<(Duration, Duration)>,
    /// Name and password.
    pub user: Option<(String, Secret)>,
    pub tls: TlsFiles,
}

impl EtcdOptions {
    /// The defaults of the original, for these endpoints.
    pub fn new(endpoints: Vec<String>) -> Self {
        Self {
            endpoints,
            lease_ttl: Duration::from_secs(30),
            startup_timeout: Duration::from_secs(120),
            request_timeout: Duration::from_secs(5),
            keep_alive: Some((Duration::from_secs(15), Duration::from_secs(10))),
            user: None,
            tls: TlsFiles::default(),
        }
    }

    /// The lease's time in the seconds that etcd counts in.
    pub(crate) fn ttl_seconds(&self) -> i64 {
        let seconds = self.lease_ttl.as_millis().div_ceil(1000).max(1);
        i64::try_from(seconds).unwrap_or(i64::MAX)
    }

    /// Between attempts to reach an etcd that was reached before.
    pub(crate) fn back_off(&self) -> BackOff {
        let last = (self.lease_ttl / 6).clamp(Duration::from_millis(250), Duration::from_secs(5));
        BackOff::new(Duration::from_millis(250), last)
    }

    /// For messages: the endpoints, without anything secret that somebody may have written into them.
    pub(crate) fn location(&self) -> String {
        let shown = self.endpoints.iter().map(|endpoint| without_user(endpoint));
        shown.collect::<Vec<_>>().join(",")
    }
}

fn without_user(endpoint: &str) -> String {
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("", endpoint));
    match rest.rsplit_once('@') {
        None => endpoint.to_owned(),
        Some((_, host)) if scheme.is_empty() => host.to_owned(),
        Some((_, host)) => format!("{scheme}://{host}"),
    }
}
