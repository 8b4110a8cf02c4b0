use std::time::Duration;

use super::PemFile;

/// The files that TLS takes, and what is checked.
#[derive(Debug, Clone)]
pub struct TlsOptions {
    /// Who signs the certificates of workers. `None`: the authorities of the system.
    pub ca: Option<PemFile>,
    /// Who signs those of callers. `None`: as `ca`.
    pub client_ca: Option<PemFile>,
    /// What this process shows where it listens. Without it nobody can be let in.
    pub identity: Option<Identity>,
    /// What it shows where it dials. `None`: as `identity`.
    pub client_identity: Option<Identity>,
    pub client_auth: ClientAuth,
    /// The name that certificates of workers have to have. `None`: the address that was dialled.
    pub server_name: Option<String>,
    /// How long a peer has for its part of the handshake.
    pub handshake_timeout: Duration,
}

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct Identity {
    pub cert: PemFile,
    pub key: PemFile,
}

/// What is wanted of callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    /// A certificate of the authority.
    Required,
    Nothing,
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self {
            ca: None,
            client_ca: None,
            identity: None,
            client_identity: None,
            client_auth: ClientAuth::Required,
            server_name: None,
            handshake_timeout: Duration::from_secs(3),
        }
    }
}
