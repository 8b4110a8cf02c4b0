//! What the settings of security mean together.

use std::path::{Path, PathBuf};

use super::{
    RuntimeConfig, Secret, Source, TlsClientAuth, kind::addresses, runtime_config::file, setting_type::parse_address,
};
use crate::{
    Error, ErrorCode, Result,
    security::{ClientAuth, Identity, PemFile, Security, TlsOptions},
};

/// The files of TLS that hold for everything.
pub(super) struct SharedFiles {
    pub ca: Option<PemFile>,
    pub cert: Option<PemFile>,
    pub key: Option<PemFile>,
}

impl RuntimeConfig {
    /// Reads the files. Fails with `invalid_argument` that names the setting and the file.
    pub fn security(&self) -> Result<Security> {
        Security::new(self.tls_options()?.as_ref(), self.shared_token()?, self.allow_plaintext)
    }

    /// Whether anything of security is set: what cannot be encrypted stays on this machine then.
    pub(crate) fn is_guarded(&self) -> bool {
        let files = [
            &self.security,
            &self.tls_ca,
            &self.tls_cert,
            &self.tcp_ca,
            &self.tcp_cert,
        ];
        files.iter().any(|path| is_set(path)) || !self.token.is_empty()
    }

    pub(super) fn shared_files(&self) -> SharedFiles {
        let file = |path: &Path, setting: &str, name: &str| {
            if is_set(path) {
                return Some(PemFile::new(path, setting));
            }
            let folder = is_set(&self.security).then(|| self.security.join(name));
            folder.map(|path| PemFile::new(path, "security (STATOR_SECURITY)"))
        };
        SharedFiles {
            ca: file(&self.tls_ca, "tlsCa (STATOR_TLS_CA)", "ca.pem"),
            cert: file(&self.tls_cert, "tlsCert (STATOR_TLS_CERT)", "cert.pem"),
            key: file(&self.tls_key, "tlsKey (STATOR_TLS_KEY)", "key.pem"),
        }
    }

    /// The token that is set, or that stands in the folder.
    pub(super) fn shared_token(&self) -> Result<Option<Secret>> {
        if !self.token.is_empty() {
            return Ok(Some(self.token.clone()));
        }
        if !is_set(&self.security) {
            return Ok(None);
        }
        let path = self.security.join("token");
        match std::fs::read_to_string(&path) {
            Ok(text) if text.trim().is_empty() => Err(unusable(&path, "is empty")),
            Ok(text) => Ok(Some(Secret::new(text.trim()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unusable(&path, &format!("cannot be read: {error}"))),
        }
    }

    /// The files of one back end, authority, certificate and key; where it has none of its own, those of everything.
    pub(super) fn files_or_shared(&self, own: [&PathBuf; 3]) -> [Option<PathBuf>; 3] {
        let [ca, cert, key] = own.map(|path| file(path));
        let SharedFiles {
            ca: shared_ca,
            cert: shared_cert,
            key: shared_key,
        } = self.shared_files();
        let path = |file: Option<PemFile>| file.map(|file| file.path);
        let ca = ca.or(path(shared_ca));
        if cert.is_some() || key.is_some() {
            [ca, cert, key]
        } else {
            [ca, path(shared_cert), path(shared_key)]
        }
    }

    /// The token, where NATS may see it: encrypted, or on this machine.
    pub(super) fn token_for_nats(&self) -> Option<Secret> {
        // What is wrong with its file was told before.
        let token = self.shared_token().ok().flatten()?;
        (self.allow_plaintext || self.nats_is_private()).then_some(token)
    }

    /// Whether what is sent to NATS is encrypted, or stays on this machine.
    pub(super) fn nats_is_private(&self) -> bool {
        let own = [&self.nats_ca, &self.nats_client_cert, &self.nats_client_key];
        let has_tls = self.files_or_shared(own).iter().any(Option::is_some);
        let is_here = || {
            addresses(&self.nats_server).all(|server| {
                let rest = server.rsplit_once("://").map_or(server, |(_, rest)| rest);
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
                parse_address(host.trim_matches(['[', ']'])).is_some_and(|address| address.is_loopback())
            })
        };
        has_tls || is_here()
    }

    fn tls_options(&self) -> Result<Option<TlsOptions>> {
        let shared = self.shared_files();
        let file = |path: &Path, setting| is_set(path).then(|| PemFile::new(path, setting));
        let tcp_ca = file(&self.tcp_ca, "tcpCa (DYN_TCP_TLS_CA_CERT_PATH)");
        let tcp_client_ca = file(&self.tcp_client_ca, "tcpClientCa (DYN_TCP_TLS_CLIENT_CA_CERT_PATH)");
        let tcp_identity = identity(
            file(&self.tcp_cert, TCP_CERT),
            file(&self.tcp_key, TCP_KEY),
            [TCP_CERT, TCP_KEY],
        )?;
        let client_identity = identity(
            file(&self.tcp_client_cert, TCP_CLIENT_CERT),
            file(&self.tcp_client_key, TCP_CLIENT_KEY),
            [TCP_CLIENT_CERT, TCP_CLIENT_KEY],
        )?;
        let is_shared = shared.ca.is_some() || shared.cert.is_some() || shared.key.is_some();
        let is_tcp = [&tcp_ca, &tcp_client_ca].iter().any(|file| file.is_some())
            || tcp_identity.is_some()
            || client_identity.is_some();
        if !is_shared && !is_tcp {
            return Ok(None);
        }
        // The original lets everybody in unless it is told whom to trust.
        let is_original = !is_shared && tcp_client_ca.is_none() && self.source_of_client_auth() == Source::Default;
        let client_auth = match self.tls_client_auth {
            TlsClientAuth::Required if !is_original => ClientAuth::Required,
            _ => ClientAuth::Nothing,
        };
        let shared_identity = identity(
            shared.cert,
            shared.key,
            ["tlsCert (STATOR_TLS_CERT)", "tlsKey (STATOR_TLS_KEY)"],
        )?;
        let name = [&self.tcp_server_name, &self.tls_server_name];
        Ok(Some(TlsOptions {
            ca: tcp_ca.or(shared.ca),
            client_ca: tcp_client_ca,
            identity: tcp_identity.or(shared_identity),
            client_identity,
            client_auth,
            server_name: name.into_iter().find(|name| !name.is_empty()).cloned(),
            handshake_timeout: std::time::Duration::from_millis(self.tls_handshake_timeout_ms.into()),
        }))
    }
}

const TCP_CERT: &str = "tcpCert (DYN_TCP_TLS_CERT_PATH)";
const TCP_KEY: &str = "tcpKey (DYN_TCP_TLS_KEY_PATH)";
const TCP_CLIENT_CERT: &str = "tcpClientCert (DYN_TCP_TLS_CLIENT_CERT_PATH)";
const TCP_CLIENT_KEY: &str = "tcpClientKey (DYN_TCP_TLS_CLIENT_KEY_PATH)";

fn identity(cert: Option<PemFile>, key: Option<PemFile>, settings: [&str; 2]) -> Result<Option<Identity>> {
    let [cert_setting, key_setting] = settings;
    let (given, missing) = match (cert, key) {
        (None, None) => return Ok(None),
        (Some(cert), Some(key)) => return Ok(Some(Identity { cert, key })),
        (Some(_), None) => (cert_setting, key_setting),
        (None, Some(_)) => (key_setting, cert_setting),
    };
    Err(Error::new(
        ErrorCode::InvalidArgument,
        format!("{given} is set without {missing}; a certificate and its key belong together"),
    ))
}

fn unusable(path: &Path, why: &str) -> Error {
    Error::new(
        ErrorCode::InvalidArgument,
        format!("the file {} of security (STATOR_SECURITY) {why}", path.display()),
    )
}

fn is_set(path: &Path) -> bool {
    !path.as_os_str().is_empty()
}
