use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpStream, time::timeout};

use crate::{
    Error, ErrorCode, Result,
    config::Secret,
    transport::{Link, Socket, TlsLink},
};

use super::{Reason, Refusals, TlsOptions, refusal_in, tls::Tls, token};

/// What a process wants of its peers, and shows them. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Security(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    tls: Option<Tls>,
    token: Option<Secret>,
    /// Plain text may go beyond this machine.
    allow_plaintext: bool,
    refusals: Refusals,
}

/// How a TLS record with a client's hello begins.
pub(crate) const CLIENT_HELLO: [u8; 2] = [0x16, 0x03];

/// How one begins with which a peer says that what it got is no TLS.
const ALERT: [u8; 2] = [0x15, 0x03];

/// The error for a peer that answers plain text with an alert of TLS.
pub(crate) fn alert_in(bytes: &[u8], peer: &str) -> Option<Error> {
    let what = format!("{peer} takes TLS only, and none is set up here");
    bytes.starts_with(&ALERT).then(|| Reason::TlsRequired.error(&what))
}

impl Security {
    /// Fails with `invalid_argument` when a file will not do; the message names it and its setting.
    pub fn new(tls: Option<&TlsOptions>, token: Option<Secret>, allow_plaintext: bool) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            tls: tls.map(Tls::new).transpose()?,
            token,
            allow_plaintext,
            refusals: Refusals::default(),
        })))
    }

    pub fn has_tls(&self) -> bool {
        self.0.tls.is_some()
    }

    /// Counts and logs who is refused.
    pub fn refusals(&self) -> &Refusals {
        &self.0.refusals
    }

    /// Whether a listener may be opened. Fails with `invalid_argument`.
    pub fn check_listening(&self) -> Result<()> {
        self.0.tls.as_ref().map_or(Ok(()), Tls::check_listening)
    }

    /// Whether a listener that takes tokens may be opened there. Fails with `invalid_argument`.
    pub fn check_taking_tokens(&self, address: IpAddr) -> Result<()> {
        match &self.0.tls {
            None if self.0.token.is_some() && !self.0.allow_plaintext && !address.is_loopback() => {
                let what = format!("a listener on {address} would take the token in plain text");
                let error = Reason::TokenExposed.error(&what);
                Err(Error {
                    code: ErrorCode::InvalidArgument,
                    ..error
                })
            }
            _ => self.check_listening(),
        }
    }

    /// Connects to a peer, with TLS where it is set up. The error says what to do: `unavailable` when nobody is reached,
    /// `permission_denied` when one side does not trust the other. `peer` is a word for who is there.
    pub(crate) async fn dial(&self, address: SocketAddr, limit: Duration, peer: &str) -> Result<Link> {
        let unreachable = |why: String| {
            let message = format!("cannot connect to {peer} at {address}: {why}");
            Error::new(ErrorCode::Unavailable, message)
        };
        let stream = timeout(limit, TcpStream::connect(address))
            .await
            .map_err(|_| unreachable(format!("no answer within {} ms", limit.as_millis())))?
            .map_err(|error| unreachable(error.to_string()))?;
        stream
            .set_nodelay(true)
            .map_err(|error| unreachable(error.to_string()))?;
        let Some(tls) = &self.0.tls else {
            return Ok(stream.into());
        };
        let handshake = TlsLink::shake_hands(stream, tls.dialling(address.ip())?, &[]);
        match timeout(tls.handshake_timeout, handshake).await {
            Ok(Ok(link)) => Ok(Link::Tls(link)),
            Ok(Err(error)) => Err(self.noted(refusal_in(&error, &address.to_string()).unwrap_or_else(|| {
                let hint = if error.kind() == io::ErrorKind::UnexpectedEof {
                    "it closed the connection; perhaps it does not speak TLS"
                } else {
                    "the connection broke in the handshake of TLS"
                };
                unreachable(format!("{hint} ({error})"))
            }))),
            Err(_) => Err(unreachable(format!(
                "no answer to TLS within {} ms; perhaps it does not speak TLS",
                tls.handshake_timeout.as_millis()
            ))),
        }
    }

    /// Answers a TLS handshake on a connection that a listener took. `begun` was read of it.
    pub(crate) async fn answer(&self, link: Link, begun: &[u8], peer: &str) -> Result<Link> {
        let Some(tls) = &self.0.tls else {
            return Ok(link);
        };
        let Link::Plain(Socket::Both(stream)) = link else {
            return Ok(link);
        };
        match timeout(
            tls.handshake_timeout,
            TlsLink::shake_hands(stream, tls.answering()?, begun),
        )
        .await
        {
            Ok(Ok(link)) => Ok(Link::Tls(link)),
            Ok(Err(error)) => Err(self.noted(refusal_in(&error, peer).unwrap_or_else(|| {
                Error::new(
                    ErrorCode::Unavailable,
                    format!("{peer} broke off the handshake of TLS: {error}"),
                )
            }))),
            Err(_) => Err(Error::new(
                ErrorCode::Unavailable,
                format!(
                    "{peer} did not end the handshake of TLS within {} ms",
                    tls.handshake_timeout.as_millis()
                ),
            )),
        }
    }

    /// The error for a peer that speaks plain text where TLS is wanted, as this side sees it and as the peer does.
    pub(crate) fn plaintext(&self, peer: &str) -> Error {
        let _ours = self.noted(Reason::Plaintext.error(&format!("{peer} speaks plain text, and TLS is set up here")));
        Reason::TlsRequired.error("this listener takes TLS only")
    }

    /// The error for a peer that speaks TLS where none is set up.
    pub(crate) fn unexpected_tls(&self, peer: &str) -> Error {
        self.noted(Reason::UnexpectedTls.error(&format!("{peer} speaks TLS, which is not set up here")))
    }

    /// The same for a worker that answers in plain text.
    pub(crate) fn plaintext_home(&self, peer: &str) -> Error {
        self.noted(Reason::Plaintext.error(&format!(
            "the worker at {peer} called home in plain text, and TLS is set up here"
        )))
    }

    /// The token to show on a link; none where there is none. Fails where it could be read by others on its way.
    pub(crate) fn token_for(&self, link: &Link, peer: &str) -> Result<Option<Secret>> {
        self.token_over(link.is_private(), peer)
    }

    /// The same for another way, which is private or not.
    pub(crate) fn token_over(&self, private: bool, peer: &str) -> Result<Option<Secret>> {
        match &self.0.token {
            Some(_) if !self.0.allow_plaintext && !private => Err(self.noted(Reason::TokenExposed.error(&format!(
                "the token would go to {peer} in plain text, so it is not sent"
            )))),
            token => Ok(token.clone()),
        }
    }

    /// Checks what a caller shows. Fails with `permission_denied`.
    pub(crate) fn check_token(&self, given: Option<&str>, peer: &str) -> Result<()> {
        let Some(expected) = &self.0.token else {
            return Ok(());
        };
        let (reason, what) = match given {
            Some(given) if token::same(given, expected.expose()) => return Ok(()),
            Some(_) => (Reason::TokenWrong, "the token is not the one that is wanted here"),
            None => (Reason::TokenMissing, "a token is wanted here"),
        };
        let _noted = self.noted(reason.error(&format!("{peer} is refused: {what}")));
        Err(reason.error(what))
    }

    fn noted(&self, error: Error) -> Error {
        self.0.refusals.note(&error);
        error
    }
}
