//! Users, passwords and certificates: what works, and what is said when it does not.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{path::PathBuf, time::Duration};

use crate::discovery_support::{
    etcd::{Admin, Etcd},
    record, until,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use stator_runtime::{
    Error, ErrorCode,
    config::Secret,
    discovery::{Discovery, EtcdDiscovery, EtcdOptions, etcd::TlsFiles},
};
use tempfile::TempDir;

const PASSWORD: &str = "correct horse";

fn as_user(etcd: &Etcd, name: &str, password: &str) -> EtcdOptions {
    EtcdOptions {
        user: Some((name.to_owned(), Secret::new(password))),
        ..etcd.options()
    }
}

/// An etcd that wants to know who asks. Tokens last for a second.
async fn guarded() -> Etcd {
    let etcd = Etcd::start_with("http", &["--auth-token-ttl", "1"]);
    Admin::connect(&etcd).await.guard(PASSWORD).await;
    etcd
}

async fn refused(options: EtcdOptions) -> Error {
    let refused = EtcdDiscovery::connect(options).await;
    refused.err().expect("nobody gets in like that")
}

#[track_caller]
fn says(error: &Error, code: ErrorCode, words: &[&str]) {
    assert_eq!(error.code, code, "{error}");
    for word in words {
        assert!(error.message.contains(word), "{word:?} is missing in: {error}");
    }
    assert!(
        !error.message.contains(PASSWORD) && !error.message.contains("wrong horse"),
        "{error}"
    );
}

#[tokio::test]
async fn a_user_gets_in_and_stays_in_when_its_token_has_expired() {
    let mut etcd = guarded().await;
    let worker = EtcdDiscovery::connect(as_user(&etcd, "root", PASSWORD))
        .await
        .expect("root");
    let client = EtcdDiscovery::connect(as_user(&etcd, "root", PASSWORD))
        .await
        .expect("root");
    let mut seen = client.watch().await.expect("watch");
    worker.register(record(&worker, "one", 1)).await.expect("register");
    until(&mut seen, |snapshot| snapshot.len() == 1).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    worker
        .register(record(&worker, "two", 1))
        .await
        .expect("a new token was taken");
    until(&mut seen, |snapshot| snapshot.len() == 2).await;
    // It forgets every token.
    etcd.kill();
    etcd.run();
    let id = worker.connection_id();
    worker
        .register(record(&worker, "three", 1))
        .await
        .expect("a new token was taken");
    until(&mut seen, |snapshot| snapshot.len() == 3).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(worker.connection_id(), id, "the lease was renewed all the while");
    worker.close().await;
    until(&mut seen, |snapshot| snapshot.is_empty()).await;
}

#[tokio::test]
async fn who_may_not_get_in_is_told_at_once_what_to_change() {
    let etcd = guarded().await;
    let advice = ["ETCD_AUTH_USERNAME", "ETCD_AUTH_PASSWORD", etcd.endpoint()];
    for options in [
        as_user(&etcd, "root", "wrong horse"),
        as_user(&etcd, "nobody", PASSWORD),
        etcd.options(),
    ] {
        says(&refused(options).await, ErrorCode::PermissionDenied, &advice);
    }
    let open = Etcd::start();
    let error = refused(as_user(&open, "root", PASSWORD)).await;
    says(&error, ErrorCode::PermissionDenied, &["authentication is not enabled"]);
    let mut inside = open.options();
    inside.endpoints = vec![format!("http://root:{PASSWORD}@127.0.0.1:1").replace(' ', "")];
    let error = refused(inside).await;
    says(&error, ErrorCode::InvalidArgument, &["etcdUsername"]);
    assert!(!error.message.contains("correct"), "{error}");
}

#[tokio::test]
async fn endpoints_that_make_no_sense_are_named() {
    for endpoint in ["ftp://a:1", "http://", "http://a b:1", "http://:2379"] {
        let error = refused(EtcdOptions::new(vec![endpoint.to_owned()])).await;
        says(&error, ErrorCode::InvalidArgument, &["ETCD_ENDPOINTS"]);
    }
    let error = refused(EtcdOptions::new(Vec::new())).await;
    says(&error, ErrorCode::InvalidArgument, &["ETCD_ENDPOINTS"]);
}

/// A certificate authority with its files, and those of what it has signed.
struct Authority {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key");
        let authority = Self {
            folder: TempDir::new().expect("a folder"),
            issuer: CertifiedIssuer::self_signed(params, key).expect("an authority"),
        };
        authority.write("ca.pem", &authority.issuer.pem());
        authority
    }

    fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The files of a certificate for `name`, and of its key.
    fn sign(&self, name: &str, until: i32) -> (PathBuf, PathBuf) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let files = (format!("{name}-{until}.pem"), format!("{name}-{until}.key"));
        (
            self.write(&files.0, &certificate.pem()),
            self.write(&files.1, &key.serialize_pem()),
        )
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).expect("a file");
        file
    }

    /// An etcd with a certificate for `name`; with `asks` it wants one of its clients too.
    fn etcd(&self, name: &str, until: i32, asks: bool) -> Etcd {
        let (cert, key) = self.sign(name, until);
        let [cert, key, ca] = [cert, key, self.ca()].map(|file| file.display().to_string());
        let mut arguments = vec!["--cert-file", &cert, "--key-file", &key];
        if asks {
            arguments.extend(["--client-cert-auth", "--trusted-ca-file", &ca]);
        }
        Etcd::start_with("https", &arguments)
    }
}

const FAR: i32 = 2100;

fn trusting(etcd: &Etcd, authority: &Authority) -> EtcdOptions {
    EtcdOptions {
        tls: TlsFiles {
            ca: Some(authority.ca()),
            ..TlsFiles::default()
        },
        ..etcd.options()
    }
}

#[tokio::test]
async fn a_trusted_certificate_is_enough_and_ours_is_shown_to_an_etcd_that_asks() {
    let authority = Authority::new();
    for asks in [false, true] {
        let etcd = authority.etcd("127.0.0.1", FAR, asks);
        let mut options = trusting(&etcd, &authority);
        if asks {
            let (cert, key) = authority.sign("worker", FAR);
            options.tls.client_cert = Some(cert);
            options.tls.client_key = Some(key);
        }
        // Without a scheme the files say that it is TLS.
        options.endpoints = vec![etcd.endpoint().replace("https://", "")];
        let worker = EtcdDiscovery::connect(options).await.expect("trust");
        worker.register(record(&worker, "generate", 1)).await.expect("register");
        assert_eq!(worker.watch().await.expect("watch").borrow().len(), 1);
        worker.close().await;
    }
}

#[tokio::test]
async fn who_is_not_trusted_is_told_at_once_what_to_change() {
    let (authority, other) = (Authority::new(), Authority::new());
    let etcd = authority.etcd("127.0.0.1", FAR, false);
    let advice = ["ETCD_AUTH_CA", "https://", etcd.endpoint()];
    says(
        &refused(trusting(&etcd, &other)).await,
        ErrorCode::PermissionDenied,
        &advice,
    );
    says(&refused(etcd.options()).await, ErrorCode::PermissionDenied, &advice);
    let mut plain = etcd.options();
    plain.endpoints = vec![etcd.endpoint().replace("https://", "http://")];
    says(&refused(plain).await, ErrorCode::PermissionDenied, &advice[..2]);

    let elsewhere = authority.etcd("elsewhere.example", FAR, false);
    let error = refused(trusting(&elsewhere, &authority)).await;
    says(
        &error,
        ErrorCode::PermissionDenied,
        &["names this host", "elsewhere.example"],
    );
    let old = authority.etcd("127.0.0.1", 2021, false);
    let error = refused(trusting(&old, &authority)).await;
    says(&error, ErrorCode::PermissionDenied, &["expired"]);
    let asking = authority.etcd("127.0.0.1", FAR, true);
    let error = refused(trusting(&asking, &authority)).await;
    says(&error, ErrorCode::PermissionDenied, &["ETCD_AUTH_CLIENT_CERT"]);

    let open = Etcd::start();
    let mut tls = trusting(&open, &authority);
    tls.endpoints = vec![open.endpoint().replace("http://", "https://")];
    says(&refused(tls).await, ErrorCode::PermissionDenied, &advice[..2]);
}

#[tokio::test]
async fn files_that_will_not_do_are_named() {
    let authority = Authority::new();
    let etcd = authority.etcd("127.0.0.1", FAR, false);
    let garbage = authority.write("garbage.pem", "no certificate");
    let (cert, key) = authority.sign("worker", FAR);
    let with = |change: &dyn Fn(&mut TlsFiles)| {
        let mut options = trusting(&etcd, &authority);
        change(&mut options.tls);
        options
    };
    let missing = PathBuf::from("/nowhere/ca.pem");
    let error = refused(with(&|tls| tls.ca = Some(missing.clone()))).await;
    says(&error, ErrorCode::InvalidArgument, &["ETCD_AUTH_CA", "/nowhere/ca.pem"]);
    let error = refused(with(&|tls| tls.ca = Some(garbage.clone()))).await;
    says(
        &error,
        ErrorCode::InvalidArgument,
        &["ETCD_AUTH_CA", "garbage.pem", "PEM"],
    );
    let error = refused(with(&|tls| tls.client_cert = Some(cert.clone()))).await;
    says(&error, ErrorCode::InvalidArgument, &["ETCD_AUTH_CLIENT_KEY"]);
    let error = refused(with(&|tls| tls.client_key = Some(key.clone()))).await;
    says(&error, ErrorCode::InvalidArgument, &["ETCD_AUTH_CLIENT_CERT"]);
    let mut plain = trusting(&etcd, &authority);
    plain.endpoints = vec!["http://127.0.0.1:1".to_owned()];
    says(&refused(plain).await, ErrorCode::InvalidArgument, &["https://"]);
}
