use std::{sync::Arc, time::Duration};

use async_nats::{
    Client, Event, HeaderMap, Message, Request, RequestErrorKind,
    jetstream::{self, response::Response},
};
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout, timeout_at},
};

use super::failure::{no_jetstream, refused, unreached};
use crate::{
    Error, ErrorCode, Result,
    nats::{NatsOptions, connect},
};

/// For one request; then it is sent again, as the server may have lost it.
const ATTEMPT: Duration = Duration::from_secs(2);
/// Between requests to a server that is up and whose JetStream is not yet.
pub(super) const PAUSE: Duration = Duration::from_millis(100);
/// For what an application asks at once and has no time of its own.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The connection to NATS, and whether it stands.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) client: Client,
    pub(super) context: jetstream::Context,
    pub(super) location: Arc<str>,
    state: watch::Receiver<State>,
    /// What is left behind is tidied up there.
    pub(super) tasks: tokio::runtime::Handle,
}

/// How the connection is.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    up: bool,
    /// How many times it was made.
    count: u64,
}

/// Why a request had no answer.
pub(super) enum Failed {
    /// It was never sent.
    Unsent,
    /// It may have been sent.
    Unanswered,
    /// It was sent, and there is nobody who answers such requests.
    Nobody,
    Refused(Error),
}

impl Link {
    pub(super) async fn connect(options: &NatsOptions) -> Result<Self> {
        let location: Arc<str> = options.location().into();
        let (changes, state) = watch::channel(State { up: true, count: 0 });
        let told = {
            let location = Arc::clone(&location);
            move |event: &Event| match event {
                Event::Connected => changes.send_modify(|state| {
                    state.up = true;
                    state.count += 1;
                }),
                Event::Disconnected => {
                    tracing::warn!(nats = %location, "the connection of the queues to NATS is lost; it is being made again");
                    changes.send_modify(|state| state.up = false);
                }
                Event::ServerError(error) => {
                    tracing::warn!(nats = %location, %error, "NATS does not like what the queues did");
                }
                _ => {}
            }
        };
        let advice = "or choose queues in memory (queue: \"memory\") for one process";
        // The sender lives in the callback; more than one callback is never made.
        let told = Arc::new(told);
        let client = connect(options, advice, move |event| told(event)).await?;
        Ok(Self {
            context: jetstream::new(client.clone()),
            client,
            location,
            state,
            tasks: tokio::runtime::Handle::current(),
        })
    }

    /// Resolves when the connection stands; false when that is not so in time.
    pub(super) async fn is_up(&self, until: Instant) -> bool {
        let mut state = self.state.clone();
        let up = timeout_at(until, state.wait_for(|state| state.up)).await;
        matches!(up, Ok(Ok(_)))
    }

    /// Resolves when the connection stands, however long that takes.
    pub(super) async fn wait_until_up(&self) -> u64 {
        let mut state = self.state.clone();
        let count = state.wait_for(|state| state.up).await.map(|state| state.count);
        match count {
            Ok(count) => count,
            // The client is gone, and with it this runtime.
            Err(_) => std::future::pending().await,
        }
    }

    /// Resolves when the connection is not the one of that count any more.
    pub(super) async fn changed_since(&self, count: u64) {
        let mut state = self.state.clone();
        if state.wait_for(|state| !state.up || state.count != count).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Asks once, as soon as the connection stands.
    pub(super) async fn attempt(
        &self,
        subject: &str,
        headers: Option<HeaderMap>,
        payload: Bytes,
        until: Instant,
    ) -> Result<Message, Failed> {
        if !self.is_up(until).await {
            return Err(Failed::Unsent);
        }
        let left = until.saturating_duration_since(Instant::now());
        let mut request = Request::new().payload(payload).timeout(Some(ATTEMPT));
        request.headers = headers;
        // The client's own limit does not count the time until the request is on its way.
        let asked = timeout(left.min(ATTEMPT), self.client.send_request(subject.to_owned(), request)).await;
        let Ok(asked) = asked else {
            return Err(Failed::Unanswered);
        };
        asked.map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => Failed::Nobody,
            RequestErrorKind::MaxPayloadExceeded => Failed::Refused(Error::new(
                ErrorCode::PayloadTooLarge,
                format!("NATS at {}: {error}", self.location),
            )),
            RequestErrorKind::TimedOut | RequestErrorKind::InvalidSubject | RequestErrorKind::Other => {
                Failed::Unanswered
            }
        })
    }

    /// Asks until there is an answer. Whatever is asked must be harmless a second time.
    pub(super) async fn ask(&self, subject: &str, payload: Bytes, until: Instant) -> Result<Message, Failed> {
        let mut sent = false;
        loop {
            match self.attempt(subject, None, payload.clone(), until).await {
                Err(Failed::Unsent | Failed::Nobody) if Instant::now() + PAUSE >= until => {
                    return Err(if sent { Failed::Unanswered } else { Failed::Unsent });
                }
                Err(Failed::Nobody) => {
                    self.check_jetstream()?;
                    sleep(PAUSE).await;
                }
                Err(Failed::Unanswered) if Instant::now() + PAUSE < until => {
                    sent = true;
                    // One that failed at once would be asked without a pause.
                    sleep(PAUSE).await;
                }
                Err(Failed::Unsent) => {}
                done => return done,
            }
        }
    }

    /// Nobody answered: a server that has JetStream will, once it is up.
    pub(super) fn check_jetstream(&self) -> Result<(), Failed> {
        if self.client.server_info().jetstream {
            Ok(())
        } else {
            Err(Failed::Refused(no_jetstream(&self.location)))
        }
    }

    /// Asks JetStream's own interface; the outer error is of the way there.
    pub(super) async fn api<T: DeserializeOwned>(
        &self,
        subject: &str,
        payload: &impl Serialize,
        until: Instant,
    ) -> Result<Result<T, jetstream::Error>> {
        let body = serde_json::to_vec(payload).map_err(|error| unexpected(&error))?;
        let asked = self.ask(&format!("$JS.API.{subject}"), body.into(), until).await;
        let message = asked.map_err(|failed| self.unavailable(failed, "JetStream gave no answer in time"))?;
        match serde_json::from_slice(&message.payload).map_err(|error| unexpected(&error))? {
            Response::Ok(done) => Ok(Ok(done)),
            Response::Err { error } => Ok(Err(error)),
        }
    }

    /// The same, where every refusal is an error.
    pub(super) async fn must<T: DeserializeOwned>(
        &self,
        subject: &str,
        payload: &impl Serialize,
        what: &str,
    ) -> Result<T> {
        let asked = self.api(subject, payload, Instant::now() + PATIENCE).await?;
        asked.map_err(|error| refused(&self.location, what, &error))
    }

    /// For requests of which it does not matter whether they were done.
    pub(super) fn unavailable(&self, failed: Failed, what: &str) -> Error {
        match failed {
            Failed::Unsent | Failed::Unanswered | Failed::Nobody => unreached(&self.location, what),
            Failed::Refused(error) => error,
        }
    }
}

pub(super) fn unexpected(error: &serde_json::Error) -> Error {
    Error::new(
        ErrorCode::Protocol,
        format!("JetStream's answer is not what it should be: {error}"),
    )
}
