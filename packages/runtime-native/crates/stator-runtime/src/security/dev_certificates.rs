use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{Error, ErrorCode, Result};

/// What every certificate names: this machine, for itself.
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Clocks of machines differ a little.
const BACKDATED: Duration = Duration::from_secs(3600);

const DAY: u64 = 86_400;

const MAX_DAYS: u32 = 3650;

const CA: &str = "ca.pem";
const CA_KEY: &str = "ca-key.pem";
const CERT: &str = "cert.pem";
const KEY: &str = "key.pem";
const TOKEN: &str = "token";

/// What to put into a folder for the setting `security`.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CertificateOptions {
    /// Made if it is not there.
    pub folder: String,
    /// Names and IP addresses of the machine, beside `localhost`, `127.0.0.1` and `::1`.
    pub names: Vec<String>,
    /// How long everything is valid.
    pub days: u32,
    /// Overwrites what is there.
    pub force: bool,
    /// A folder that this made before: its authority signs, and its token is taken over.
    #[serde(default)]
    pub authority: Option<String>,
}

/// Makes a certificate authority, a certificate for both sides of a connection, and a token. For development, and for
/// clusters that have no authority of their own.
///
/// The folder is for its owner alone, and so is every file. Returns the files.
///
/// Fails with `invalid_argument` for names that are none, or files that are there and not to be overwritten, and
/// `permission_denied` where nothing may be written.
pub fn make_certificates(options: &CertificateOptions) -> Result<Vec<PathBuf>> {
    if !(1..=MAX_DAYS).contains(&options.days) {
        return Err(invalid(format!(
            "days is {}; it must be from 1 to {MAX_DAYS}",
            options.days
        )));
    }
    let folder = Path::new(&options.folder);
    let (authority, mut files) = match &options.authority {
        None => new_authority(options.days)?,
        Some(other) => {
            if same_folder(folder, Path::new(other)) {
                return Err(invalid(format!(
                    "{other} is the folder of the authority itself; name another one"
                )));
            }
            authority_of(Path::new(other))?
        }
    };
    let key = KeyPair::generate().map_err(|error| failed(&error))?;
    let certificate = leaf(options)?
        .signed_by(&key, &authority)
        .map_err(|error| failed(&error))?;
    files.push((CERT, certificate.pem()));
    files.push((KEY, key.serialize_pem()));
    write(folder, &files, options.force)
}

type Files = Vec<(&'static str, String)>;

fn new_authority(days: u32) -> Result<(Issuer<'static, KeyPair>, Files)> {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("Stator development authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_time(&mut params, days);
    let key = KeyPair::generate().map_err(|error| failed(&error))?;
    let certificate = params.self_signed(&key).map_err(|error| failed(&error))?;
    let files = vec![
        (CA, certificate.pem()),
        (CA_KEY, key.serialize_pem()),
        (TOKEN, new_token()?),
    ];
    Ok((Issuer::new(params, key), files))
}

/// The authority of a folder that was made before, and what else comes from there.
fn authority_of(folder: &Path) -> Result<(Issuer<'static, KeyPair>, Files)> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).map_err(|error| {
            invalid(format!(
                "{} cannot be read: {error}; name a folder that `stator certs` made without --ca",
                path.display()
            ))
        })
    };
    let wrong = |name: &str| invalid(format!("{} does not hold what it should", folder.join(name).display()));
    let (certificate, key, token) = (read(CA)?, read(CA_KEY)?, read(TOKEN)?);
    // What is wrong with a key is not told: it could be quoted.
    let key = KeyPair::from_pem(&key).map_err(|_| wrong(CA_KEY))?;
    let issuer = Issuer::from_ca_cert_pem(&certificate, key).map_err(|_| wrong(CA))?;
    Ok((issuer, vec![(CA, certificate), (TOKEN, token)]))
}

fn leaf(options: &CertificateOptions) -> Result<CertificateParams> {
    let mut names: Vec<String> = OWN_NAMES.map(str::to_owned).to_vec();
    for name in &options.names {
        if rustls::pki_types::ServerName::try_from(name.trim_start_matches("*.")).is_err() {
            return Err(invalid(format!(
                "{name:?} is neither a name of a host nor an IP address"
            )));
        }
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let shown = options.names.first().map_or("localhost", String::as_str).to_owned();
    let mut params = CertificateParams::new(names).map_err(|error| failed(&error))?;
    params.distinguished_name = named(&shown);
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    set_time(&mut params, options.days);
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn set_time(params: &mut CertificateParams, days: u32) {
    let now = SystemTime::now();
    params.not_before = (now - BACKDATED).into();
    params.not_after = (now + Duration::from_secs(u64::from(days) * DAY)).into();
}

/// 256 random bits as text.
fn new_token() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            format!("the operating system gave no random bytes: {error}"),
        )
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n")
}

fn write(folder: &Path, files: &Files, force: bool) -> Result<Vec<PathBuf>> {
    if cfg!(windows) {
        return Err(invalid(
            "modes of files keep the keys private, and Windows has none; make them on Unix, or in WSL".to_owned(),
        ));
    }
    let mut builder = DirBuilder::new();
    let mut options = OpenOptions::new();
    keep_private(&mut builder, &mut options);
    let made = builder.recursive(true).create(folder);
    made.map_err(|error| unwritable(folder, &error))?;
    let paths: Vec<_> = files.iter().map(|(name, _)| folder.join(name)).collect();
    for path in &paths {
        if force {
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(unwritable(path, &error)),
                _ => {}
            }
        } else if path.symlink_metadata().is_ok() {
            return Err(invalid(format!(
                "{} is there already; --force makes new ones, and what trusts the old ones then trusts nobody",
                path.display()
            )));
        }
    }
    for (path, (_, text)) in paths.iter().zip(files) {
        options
            .write(true)
            .create_new(true)
            .open(path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| unwritable(path, &error))?;
    }
    Ok(paths)
}

#[cfg(unix)]
fn keep_private(folder: &mut DirBuilder, file: &mut OpenOptions) {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};

    folder.mode(0o700);
    file.mode(0o600);
}

#[cfg(windows)]
fn keep_private(_: &mut DirBuilder, _: &mut OpenOptions) {}

fn same_folder(one: &Path, other: &Path) -> bool {
    let canonical = |path: &Path| fs::canonicalize(path).ok();
    one == other || canonical(one).is_some_and(|one| canonical(other) == Some(one))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    let code = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => ErrorCode::PermissionDenied,
        _ => ErrorCode::InvalidArgument,
    };
    Error::new(code, format!("cannot write {}: {error}", path.display()))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidArgument, message)
}

fn failed(error: &rcgen::Error) -> Error {
    Error::new(ErrorCode::Internal, format!("the certificate cannot be made: {error}"))
}
