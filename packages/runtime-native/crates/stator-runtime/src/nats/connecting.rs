use std::{
    path::Path,
    time::{Duration, Instant},
};

use async_nats::{Client, ConnectError, ConnectErrorKind, ConnectOptions, Event, ServerAddr};

use super::{NatsAuth, NatsOptions};
use crate::{Error, ErrorCode, Result, security::Reason};

/// Between attempts at the start: from, to.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));

/// For one attempt.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Connects, again and again for as long as the options say; what cannot get better fails at once. Afterwards the
/// connection comes back by itself, however long that takes, and `told` hears what happens to it. `otherwise` says what to
/// do without a server.
///
/// Fails with `unavailable` when NATS was not reached, `permission_denied` when it does not want us or is not trusted, and
/// `invalid_argument` for options that will not do.
pub(crate) async fn connect(
    options: &NatsOptions,
    otherwise: &str,
    told: impl Fn(&Event) + Clone + Send + Sync + 'static,
) -> Result<Client> {
    let location = options.location();
    let mut addresses = Vec::new();
    for server in &options.servers {
        let address: ServerAddr = server
            .parse()
            .map_err(|error| failed(&location, ErrorCode::InvalidArgument, &format!("{error}"), ADDRESS))?;
        if address.is_websocket() || address.host().is_empty() {
            let reason = "the address is none of nats:// or tls:// with a host";
            return Err(failed(&location, ErrorCode::InvalidArgument, reason, ADDRESS));
        }
        addresses.push(address);
    }
    let since = Instant::now();
    let mut wait = WAITS.0;
    loop {
        let error = match attempt(options, addresses.clone(), told.clone()).await? {
            Ok(client) => return Ok(client),
            Err(error) => error,
        };
        let left = options.startup_timeout.saturating_sub(since.elapsed());
        let (code, advice) = meaning(kind_of(&error));
        if code != ErrorCode::Unavailable {
            return Err(failed(&location, code, &reason(&error), advice));
        }
        if left.is_zero() {
            return Err(failed(
                &location,
                code,
                &reason(&error),
                &format!("{advice}, {otherwise}"),
            ));
        }
        let pause = wait.mul_f64(0.5 + fastrand::f64() / 2.0).min(left);
        wait = (wait * 2).min(WAITS.1);
        tracing::warn!(
            nats = location,
            reason = reason(&error),
            "NATS is not reached yet; trying again in {:.1} s, for {:.0} s more at the most \
             (NATS_STARTUP_CONNECT_TIMEOUT_SECONDS)",
            pause.as_secs_f64(),
            left.as_secs_f64()
        );
        tokio::time::sleep(pause).await;
    }
}

/// A server that left two of them unanswered is given up: behind a partition nothing else says that it is gone.
const PING: Duration = Duration::from_secs(5);
const CERT: &str = "natsClientCert (NATS_TLS_CLIENT_CERT_PATH)";
const KEY: &str = "natsClientKey (NATS_TLS_CLIENT_KEY_PATH)";
const ADDRESS: &str = "check natsServer (NATS_SERVER): it is a list such as nats://10.0.0.1:4222,nats://10.0.0.2:4222";

/// The outer error is of our options.
async fn attempt(
    options: &NatsOptions,
    addresses: Vec<ServerAddr>,
    told: impl Fn(&Event) + Send + Sync + 'static,
) -> Result<std::result::Result<Client, ConnectError>> {
    let location = options.location();
    let mut connect = ConnectOptions::new()
        .name("stator")
        .connection_timeout(ATTEMPT)
        .ping_interval(PING)
        .max_reconnects(None)
        .event_callback(move |event| {
            told(&event);
            std::future::ready(())
        });
    connect = match &options.auth {
        NatsAuth::Nobody => connect,
        NatsAuth::User(name, password) => connect.user_and_password(name.clone(), password.expose().to_owned()),
        NatsAuth::Token(token) => connect.token(token.expose().to_owned()),
        NatsAuth::Nkey(seed) => connect.nkey(seed.expose().to_owned()),
        NatsAuth::CredentialsFile(path) => {
            let read = connect.credentials_file(path).await;
            read.map_err(|error| {
                unreadable(
                    &location,
                    "natsCredentialsFile (NATS_AUTH_CREDENTIALS_FILE)",
                    path,
                    &error,
                )
            })?
        }
    };
    if let Some(ca) = &options.ca {
        readable(&location, "natsCa (NATS_TLS_CA_CERT_PATH)", ca)?;
        connect = connect.add_root_certificates(ca.clone()).require_tls(true);
    }
    match (&options.client_cert, &options.client_key) {
        (None, None) => {}
        (Some(cert), Some(key)) => {
            readable(&location, CERT, cert)?;
            readable(&location, KEY, key)?;
            connect = connect
                .add_client_certificate(cert.clone(), key.clone())
                .require_tls(true);
        }
        (cert, _) => {
            let (given, missing) = if cert.is_some() { (CERT, KEY) } else { (KEY, CERT) };
            let reason = format!("{given} is set without {missing}");
            let advice = "a certificate and its key belong together";
            return Err(failed(&location, ErrorCode::InvalidArgument, &reason, advice));
        }
    }
    Ok(connect.connect(addresses).await)
}

fn readable(location: &str, option: &str, path: &Path) -> Result<()> {
    std::fs::File::open(path)
        .map(drop)
        .map_err(|error| unreadable(location, option, path, &error))
}

fn unreadable(location: &str, option: &str, path: &Path, error: &std::io::Error) -> Error {
    let reason = format!("the file {} of {option} cannot be read: {error}", path.display());
    failed(location, ErrorCode::InvalidArgument, &reason, "name another file")
}

/// What the other side's certificate is refused for comes as a failure of the connection.
fn kind_of(error: &ConnectError) -> ConnectErrorKind {
    let about_tls = [
        "invalid peer certificate",
        "received fatal alert",
        "received corrupt message",
    ];
    let reason = reason(error);
    if about_tls.iter().any(|words| reason.contains(words)) {
        ConnectErrorKind::Tls
    } else {
        error.kind()
    }
}

fn meaning(kind: ConnectErrorKind) -> (ErrorCode, &'static str) {
    match kind {
        ConnectErrorKind::ServerParse => (ErrorCode::InvalidArgument, ADDRESS),
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => (
            ErrorCode::PermissionDenied,
            "check natsUsername and natsPassword, natsToken or token, natsNkey or natsCredentialsFile (NATS_AUTH_USERNAME, \
             NATS_AUTH_PASSWORD, NATS_AUTH_TOKEN, STATOR_TOKEN, NATS_AUTH_NKEY, NATS_AUTH_CREDENTIALS_FILE)",
        ),
        ConnectErrorKind::Tls => (
            ErrorCode::PermissionDenied,
            "check that natsCa or tlsCa (NATS_TLS_CA_CERT_PATH, STATOR_TLS_CA) is the authority of the server's certificate, that the \
             certificate names this host and is not expired, and natsClientCert and natsClientKey, or tlsCert and tlsKey, if the \
             server asks for a certificate",
        ),
        ConnectErrorKind::Dns | ConnectErrorKind::TimedOut | ConnectErrorKind::Io | ConnectErrorKind::MaxReconnects => {
            (
                ErrorCode::Unavailable,
                "check that a NATS server runs there (natsServer, NATS_SERVER)",
            )
        }
    }
}

/// With its causes, which do not repeat each other.
fn reason(error: &ConnectError) -> String {
    let mut reason = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !text.is_empty() && !reason.contains(&text) {
            reason.push_str(": ");
            reason.push_str(&text);
        }
        cause = error.source();
    }
    reason
}

fn failed(location: &str, code: ErrorCode, reason: &str, advice: &str) -> Error {
    let mut error = Error::new(code, format!("NATS at {location}: {reason}; {advice}"));
    if let Some(found) = Reason::in_text(reason) {
        found.put_into(&mut error);
    }
    error
}
