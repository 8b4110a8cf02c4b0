use std::sync::Arc;

use tokio::time::sleep_until;

use crate::{
    Error, ErrorCode, Result,
    config::Secret,
    connection::{OpenCall, StreamObserver},
    dynamo::{
        nats::Tunnels,
        value::Codec,
        wire::{
            Unreadable,
            control::{Control, RequestType, ResponseType, StreamType},
            headers::{self, Sent, is_header},
            two_part,
        },
    },
    payload::Lane,
};

use super::{CallHome, Exchange, call_home::Expected};

/// The most that id and metadata of a call may take: as on our own wire, and half of what the original takes.
const MAX_CONTROL: usize = 64 * 1024;

/// What opens a call at an instance.
pub struct OpenRequest<'a> {
    pub call: OpenCall<'a>,
    /// What the record of the instance says behind the port.
    pub path: &'a str,
    /// What its record says that it takes.
    pub codec: Codec,
    /// It is one of ours: it is shown the token.
    pub is_stator: bool,
    /// Items are wanted with their envelope.
    pub whole: bool,
    /// `None`: the request is a stream.
    pub request: Option<(Lane, &'a [u8])>,
}

/// A request before it is on its way, whatever carries it. Its answer is expected until it is forgotten.
pub(super) struct Outgoing<'a> {
    pub exchange: Arc<Exchange>,
    request: &'a OpenRequest<'a>,
    id: String,
    /// The control message as JSON.
    control: Vec<u8>,
    expected: Expected,
    request_expected: Option<Expected>,
}

impl<'a> Outgoing<'a> {
    /// An error means that nothing is expected. With `tunnels` the answer may come through NATS.
    pub fn new(
        home: &CallHome,
        peer: &Arc<str>,
        request: &'a OpenRequest<'a>,
        observer: Arc<dyn StreamObserver>,
        tunnels: Option<&Tunnels>,
    ) -> Result<Self> {
        let OpenRequest { call, .. } = request;
        let id = if call.id.is_empty() {
            uuid::Builder::from_random_bytes(fastrand::u128(..).to_be_bytes())
                .into_uuid()
                .to_string()
        } else {
            call.id.to_owned()
        };
        let exchange = Exchange::new(
            home.shared.clone(),
            Arc::clone(peer),
            request.codec,
            request.whole,
            request.is_stator,
            observer,
            call.request_stream,
        );
        let (info, expected) = home.expect(&exchange, &id, StreamType::Response, tunnels)?;
        let requests = if call.request_stream {
            let expect = home.expect(&exchange, &id, StreamType::Request, tunnels);
            Some(expect.inspect_err(|_| home.forget(expected))?)
        } else {
            None
        };
        let (request_info, request_expected) = requests.unzip();
        let metadata = call.metadata.iter().filter(|(key, _)| !is_header(key));
        let control = Control {
            request_type: if call.request_stream {
                RequestType::ManyIn
            } else {
                RequestType::SingleIn
            },
            response_type: ResponseType::ManyOut,
            payload_codec: request.codec,
            connection_info: info,
            metadata: metadata.cloned().collect(),
            request_stream_connection_info: request_info,
            id,
        };
        let outgoing = Self {
            exchange,
            request,
            // Text always can be written.
            control: serde_json::to_vec(&control).unwrap_or_default(),
            id: control.id,
            expected,
            request_expected,
        };
        let length = outgoing.control.len();
        if length > MAX_CONTROL {
            outgoing.forget(home);
            return Err(Error::new(
                ErrorCode::PayloadTooLarge,
                format!(
                    "metadata: the id and metadata of a call take {length} bytes, the limit is {MAX_CONTROL}; send large values in the request",
                ),
            ));
        }
        Ok(outgoing)
    }

    /// No answer is expected any more.
    pub fn forget(&self, home: &CallHome) {
        home.forget(self.expected);
        if let Some(expected) = self.request_expected {
            home.forget(expected);
        }
    }

    /// The token to show, where the worker is one that knows what it is.
    pub fn token(&self, token: impl FnOnce() -> Result<Option<Secret>>) -> Result<Option<Secret>> {
        if self.request.is_stator { token() } else { Ok(None) }
    }

    /// What travels beside the payload.
    pub fn headers<'b>(&'b self, token: Option<&'b Secret>) -> Sent<'b> {
        let OpenCall {
            metadata,
            deadline,
            contract,
            ..
        } = self.request.call;
        headers::list(&self.id, metadata, deadline, contract, token)
    }

    /// Appends the payload: the two-part message.
    pub fn put(&self, out: &mut Vec<u8>) -> Result<(), Unqueued> {
        two_part::put_with(out, &self.control, |out| match self.request.request {
            Some((lane, data)) => self.request.codec.put(out, lane, data).map_err(Unqueued::from),
            None => Ok(()),
        })
    }

    /// The request is on its way: its call ends when its time is up.
    pub fn start(self, home: &CallHome) -> Arc<Exchange> {
        if let Some(deadline) = self.request.call.deadline {
            let late = Arc::downgrade(&self.exchange);
            let timer = home.tokio().spawn(async move {
                sleep_until(deadline.into()).await;
                if let Some(exchange) = late.upgrade() {
                    exchange.expire();
                    exchange.shared.batch_end();
                }
            });
            self.exchange.set_timer(timer.abort_handle());
        }
        self.exchange
    }
}

/// Why a request could not be queued.
pub(super) struct Unqueued(pub Error);

impl From<Error> for Unqueued {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Unreadable> for Unqueued {
    fn from(what: Unreadable) -> Self {
        Self(Error::new(
            ErrorCode::PayloadTooLarge,
            format!("the request cannot be sent: {what}; raise maxMessageBytes on both sides, or send less"),
        ))
    }
}
