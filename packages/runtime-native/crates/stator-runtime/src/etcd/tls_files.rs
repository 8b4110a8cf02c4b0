use std::path::{Path, PathBuf};

use etcd_client::{Certificate, Identity, TlsOptions};

use crate::{Error, ErrorCode, Result};

/// PEM files for TLS with etcd. With none of them the certificate authorities of the system count.
#[derive(Debug, Clone, Default)]
pub struct TlsFiles {
    /// The certificate authority that has signed etcd's certificate.
    pub ca: Option<PathBuf>,
    /// Our own certificate, where etcd wants one.
    pub client_cert: Option<PathBuf>,
    /// The key of our own certificate.
    pub client_key: Option<PathBuf>,
}

impl TlsFiles {
    pub(crate) fn is_empty(&self) -> bool {
        self.ca.is_none() && self.client_cert.is_none() && self.client_key.is_none()
    }

    /// Reads the files. Fails with `invalid_argument` that names the option and the file.
    pub(crate) fn read(&self) -> Result<TlsOptions> {
        let options = match &self.ca {
            None => TlsOptions::new().with_native_roots(),
            Some(ca) => {
                let ca = read("etcdCa (ETCD_AUTH_CA)", ca)?;
                TlsOptions::new().ca_certificate(Certificate::from_pem(ca))
            }
        };
        match (&self.client_cert, &self.client_key) {
            (None, None) => Ok(options),
            (Some(cert), Some(key)) => {
                let cert = read("etcdClientCert (ETCD_AUTH_CLIENT_CERT)", cert)?;
                let key = read("etcdClientKey (ETCD_AUTH_CLIENT_KEY)", key)?;
                Ok(options.identity(Identity::from_pem(cert, key)))
            }
            (Some(_), None) => Err(half("etcdClientCert", "etcdClientKey (ETCD_AUTH_CLIENT_KEY)")),
            (None, Some(_)) => Err(half("etcdClientKey", "etcdClientCert (ETCD_AUTH_CLIENT_CERT)")),
        }
    }
}

fn read(option: &str, file: &Path) -> Result<Vec<u8>> {
    let text = std::fs::read(file).map_err(|error| unusable(option, file, &format!("cannot be read: {error}")))?;
    if text.windows(5).any(|window| window == b"-----") {
        Ok(text)
    } else {
        Err(unusable(
            option,
            file,
            "is no PEM file: it has no line that begins with -----BEGIN",
        ))
    }
}

fn unusable(option: &str, file: &Path, why: &str) -> Error {
    Error::new(
        ErrorCode::InvalidArgument,
        format!("the file {} of {option} {why}", file.display()),
    )
}

fn half(given: &str, missing: &str) -> Error {
    Error::new(
        ErrorCode::InvalidArgument,
        format!("{given} is set without {missing}; a certificate and its key belong together"),
    )
}
