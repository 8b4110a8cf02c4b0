use std::{io, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{sync::Notify, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    Error, ErrorCode,
    config::Secret,
    security::{Security, refusal_in},
    transport::Link,
    wire::handshake::{self, Hello, PREFACE, VERSIONS},
};

use super::{Acceptor, Connection, Hooks, Limits, Shared, connection_state::State, reader::Fed};

/// How long a caller that is refused has to read why.
const FAREWELL: Duration = Duration::from_secs(1);

/// What this side offers to every connection.
#[derive(Clone)]
pub struct Offer {
    pub window: u32,
    pub max_message: u32,
    pub keep_alive: Duration,
    /// The whole handshake must be done within this time.
    pub timeout: Duration,
    pub hooks: Hooks,
    /// Only what the worker's runtime answers itself is called on it.
    pub to_runtime: bool,
    /// Whom it trusts, and what it shows.
    pub security: Security,
}

impl Offer {
    /// The same for a connection on which only the worker's runtime is called: both sides read it themselves, so that
    /// it works whatever their applications do.
    pub(crate) fn to_runtime(&self, max_message: u32) -> Self {
        Self {
            max_message,
            to_runtime: true,
            ..self.clone()
        }
    }

    fn hello(&self, token: Option<Secret>, error: Option<Error>) -> Hello {
        Hello {
            agent: concat!("stator/", env!("CARGO_PKG_VERSION")).to_owned(),
            window: self.window,
            max_message: self.max_message,
            first_message: first_message(self.max_message),
            to_runtime: self.to_runtime,
            token,
            error,
        }
    }
}

/// Credit that a size may bring without a word. What is larger is waited for: a round trip is little beside it.
const FIRST_MESSAGE: u32 = 4 * 1024 * 1024;

fn first_message(max_message: u32) -> u32 {
    FIRST_MESSAGE.min(max_message)
}

/// Speaks first on a connection that this side dialled.
pub async fn connect(link: Link, peer: String, offer: &Offer) -> Result<Connection, Error> {
    let token = offer.security.token_for(&link, &peer)?;
    let result = timeout(offer.timeout, async {
        link.write_all(&handshake::encode(VERSIONS, &offer.hello(token, None))?)
            .await
            .map_err(|error| broken(&peer, &error))?;
        let (versions, hello) = read_preface(&link, &peer, &[]).await?;
        let hello = handshake::parse_hello(&hello)?;
        // A worker that refuses says why; that is worth more than our own view of its versions.
        match &hello.error {
            Some(error) => Err(Error {
                message: format!("{peer} refuses us: {}", error.message),
                ..error.clone()
            }),
            None => handshake::negotiate(VERSIONS, versions).map(|_| hello),
        }
    });
    let hello = result.await.map_err(|_| {
        Error::new(
            ErrorCode::Unavailable,
            format!(
                "handshake: {peer} did not answer within {} ms",
                offer.timeout.as_millis()
            ),
        )
    })??;
    start(link, peer, offer, &hello, None)
}

/// Answers on a connection that a listener accepted. `begun` is what was read of it.
pub async fn accept(
    link: Link,
    peer: String,
    begun: &[u8; 2],
    offer: &Offer,
    acceptor: Arc<dyn Acceptor>,
) -> Result<Connection, Error> {
    let result = timeout(offer.timeout, async {
        let (versions, hello) = read_preface(&link, &peer, begun).await?;
        // The version first: what a hello of another version looks like is not ours to judge.
        let agreed = handshake::negotiate(VERSIONS, versions)
            .and_then(|version| handshake::parse_hello(&hello).map(|hello| (version, hello)))
            .and_then(|(version, hello)| {
                let token = hello.token.as_ref().map(Secret::expose);
                offer.security.check_token(token, &peer).map(|()| (version, hello))
            });
        let answer = match &agreed {
            Ok((version, _)) => handshake::encode((*version, *version), &offer.hello(None, None))?,
            Err(error) => handshake::encode(VERSIONS, &offer.hello(None, Some(error.clone())))?,
        };
        link.write_all(&answer).await.map_err(|error| broken(&peer, &error))?;
        agreed.map(|(_, hello)| hello)
    });
    let hello = result.await.map_err(|_| {
        Error::new(
            ErrorCode::Protocol,
            format!("handshake: {peer} said nothing within {} ms", offer.timeout.as_millis()),
        )
    })??;
    start(link, peer, offer, &hello, Some(acceptor))
}

/// Tells a caller why it is not let in, in words that it understands before any handshake.
pub async fn refuse(link: &Link, offer: &Offer, error: Error) {
    let Ok(answer) = handshake::encode(VERSIONS, &offer.hello(None, Some(error))) else {
        return;
    };
    let tell = async {
        if link.write_all(&answer).await.is_ok() {
            link.part(FAREWELL).await;
        }
    };
    // Who does not listen is not told.
    let _ = timeout(offer.timeout, tell).await;
}

/// The peer's versions, and its hello as it came. `start` was read before.
async fn read_preface(link: &Link, peer: &str, start: &[u8]) -> Result<((u16, u16), Vec<u8>), Error> {
    let mut preface = [0; PREFACE];
    preface[..start.len()].copy_from_slice(start);
    link.read_exact(&mut preface[start.len()..])
        .await
        .map_err(|error| broken(peer, &error))?;
    let preface = handshake::parse_preface(&preface)?;
    let mut hello = vec![0; preface.hello_len];
    link.read_exact(&mut hello)
        .await
        .map_err(|error| broken(peer, &error))?;
    Ok((preface.versions, hello))
}

/// A peer that finds fault with our certificate says so only here.
fn broken(peer: &str, error: &io::Error) -> Error {
    refusal_in(error, peer).unwrap_or_else(|| {
        Error::new(
            ErrorCode::Unavailable,
            format!("handshake: the connection to {peer} broke: {error}"),
        )
    })
}

fn start(
    link: Link,
    peer: String,
    offer: &Offer,
    hello: &Hello,
    acceptor: Option<Arc<dyn Acceptor>>,
) -> Result<Connection, Error> {
    let mut hooks = offer.hooks.clone();
    if offer.to_runtime || hello.to_runtime {
        hooks.reader = None;
        hooks.takes_over = false;
    }
    let link = match &hooks.reader {
        Some(_) => link.without_reading().map_err(|error| broken(&peer, &error))?,
        None => link,
    };
    let connection = Connection(Arc::new(Shared {
        link,
        peer,
        limits: Limits {
            window: offer.window,
            max_message: offer.max_message,
            first_message: first_message(offer.max_message),
            peer_window: hello.window,
            peer_max_message: hello.max_message,
            peer_first_message: hello.first_message,
            keep_alive: offer.keep_alive,
        },
        hooks,
        acceptor,
        state: Mutex::new(State::new()),
        fed: Fed::default(),
        wake_writer: Notify::new(),
        wake_timer: Notify::new(),
        idle: Notify::new(),
        closed: CancellationToken::new(),
    }));
    connection.spawn_tasks();
    Ok(connection)
}
