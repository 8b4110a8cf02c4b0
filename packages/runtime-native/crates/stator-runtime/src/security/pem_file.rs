use std::path::PathBuf;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use crate::{Error, ErrorCode, Result};

/// A file with certificates or a key, and the setting that named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemFile {
    pub path: PathBuf,
    /// For messages: `tlsCa (STATOR_TLS_CA)`.
    pub setting: String,
}

impl PemFile {
    pub fn new(path: impl Into<PathBuf>, setting: &str) -> Self {
        Self {
            path: path.into(),
            setting: setting.to_owned(),
        }
    }

    /// Fails with `invalid_argument` that names the setting and the file.
    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>> {
        let text = self.read()?;
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text)
            .collect::<Result<_, _>>()
            .map_err(|error| self.unusable(&format!("is no PEM file: {error}")))?;
        if certificates.is_empty() {
            return Err(self.unusable("holds no certificate (-----BEGIN CERTIFICATE-----)"));
        }
        Ok(certificates)
    }

    /// The same for its key.
    pub(super) fn key(&self) -> Result<PrivateKeyDer<'static>> {
        PrivateKeyDer::from_pem_slice(&self.read()?).map_err(|error| {
            // The error could quote the file.
            let why = match error {
                rustls::pki_types::pem::Error::NoItemsFound => "holds no key (-----BEGIN PRIVATE KEY-----)",
                _ => "is no PEM file",
            };
            self.unusable(why)
        })
    }

    fn read(&self) -> Result<Vec<u8>> {
        std::fs::read(&self.path).map_err(|error| {
            let code = match error.kind() {
                std::io::ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
                _ => ErrorCode::InvalidArgument,
            };
            Error::new(
                code,
                format!(
                    "the file {} of {} cannot be read: {error}",
                    self.path.display(),
                    self.setting
                ),
            )
        })
    }

    pub(super) fn unusable(&self, why: &str) -> Error {
        Error::new(
            ErrorCode::InvalidArgument,
            format!("the file {} of {} {why}", self.path.display(), self.setting),
        )
    }
}
