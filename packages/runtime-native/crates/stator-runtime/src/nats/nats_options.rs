use std::{path::PathBuf, time::Duration};

use crate::config::Secret;

/// Where NATS is, who we are to it, and how patient we are.
#[derive(Debug, Clone)]
pub struct NatsOptions {
    /// `nats://host:port`, or `tls://host:port`; port 4222 if it is left out.
    pub servers: Vec<String>,
    pub auth: NatsAuth,
    /// A PEM file with the authority of the server's certificate.
    pub ca: Option<PathBuf>,
    /// A PEM file with our certificate.
    pub client_cert: Option<PathBuf>,
    /// A PEM file with the key of our certificate.
    pub client_key: Option<PathBuf>,
    /// Whether nobody between us and the servers can read what is sent.
    pub private: bool,
    /// How long the first connection is tried.
    pub startup_timeout: Duration,
}

/// How we prove who we are.
#[derive(Debug, Clone, Default)]
pub enum NatsAuth {
    #[default]
    Nobody,
    User(String, Secret),
    Token(Secret),
    /// The seed of an nkey.
    Nkey(Secret),
    CredentialsFile(PathBuf),
}

impl NatsOptions {
    pub fn new(servers: Vec<String>) -> Self {
        Self {
            servers,
            auth: NatsAuth::Nobody,
            ca: None,
            client_cert: None,
            client_key: None,
            private: false,
            startup_timeout: Duration::from_secs(120),
        }
    }

    /// For messages: the servers, without anything secret that somebody may have written into them.
    pub fn location(&self) -> String {
        let shown = self.servers.iter().map(|server| without_user(server));
        shown.collect::<Vec<_>>().join(",")
    }
}

fn without_user(server: &str) -> String {
    let (scheme, rest) = server.split_once("://").unwrap_or(("nats", server));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{host}")
}
