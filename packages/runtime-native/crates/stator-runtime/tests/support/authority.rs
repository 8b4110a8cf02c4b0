#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::path::PathBuf;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use stator_runtime::security::{ClientAuth, Identity, PemFile, TlsOptions};
use tempfile::TempDir;

/// A year that is far away.
pub const FAR: i32 = 2100;

/// A certificate authority with its files, and those of what it has signed.
pub struct Authority {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Two that had the same name would differ by their signatures alone.
        let name = format!("authority {}", fastrand::u64(..));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority = Self {
            folder: TempDir::new().unwrap(),
            issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap(),
        };
        authority.write("ca.pem", &authority.issuer.pem());
        authority
    }

    pub fn ca(&self) -> PemFile {
        PemFile::new(self.folder.path().join("ca.pem"), "tlsCa")
    }

    /// A certificate for `name` that is valid until the start of that year.
    pub fn sign(&self, name: &str, until: i32) -> Identity {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let files = (format!("{name}-{until}.pem"), format!("{name}-{until}.key"));
        Identity {
            cert: PemFile::new(self.write(&files.0, &certificate.pem()), "tlsCert"),
            key: PemFile::new(self.write(&files.1, &key.serialize_pem()), "tlsKey"),
        }
    }

    /// What a member of the cluster has.
    pub fn member(&self) -> TlsOptions {
        self.member_as("127.0.0.1", FAR)
    }

    pub fn member_as(&self, name: &str, until: i32) -> TlsOptions {
        TlsOptions {
            ca: Some(self.ca()),
            identity: Some(self.sign(name, until)),
            client_auth: ClientAuth::Required,
            ..TlsOptions::default()
        }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    }
}
