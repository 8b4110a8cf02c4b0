use std::{io, sync::Arc};

use parking_lot::Mutex;
use tokio::{sync::Notify, time::timeout};

use crate::{
    Error, ErrorCode,
    connection::{End, StreamObserver},
    dynamo::{
        Shared,
        faults::Fault,
        in_buffer::{self, InBuffer, Read},
        limits::PATIENCE,
        value::{self, Codec},
        wire::{
            Unreadable,
            control::{Handshake, Home, KILL, SENTINEL, STOP, StreamType},
            two_part::{self, TwoPart},
        },
    },
    transport::Link,
    wire::frame::Cancel,
};

use super::{answer::put_control, call_home::call_home};

/// The requests of one call whose caller sends a stream of them, over a connection of its own.
pub(super) struct RequestStream {
    shared: Shared,
    home: Home,
    codec: Codec,
    state: Mutex<State>,
    consumed: Notify,
}

#[derive(Default)]
struct State {
    /// What the handler has not taken, in bytes.
    outstanding: u64,
}

type Broken = in_buffer::Broken<Over>;

/// The requests have come to their end, and the handler was told.
struct Over;

impl RequestStream {
    pub fn new(shared: Shared, home: Home, codec: Codec) -> Arc<Self> {
        Arc::new(Self {
            shared,
            home,
            codec,
            state: Mutex::default(),
            consumed: Notify::new(),
        })
    }

    /// Calls home for the requests and tells `observer` of them.
    pub fn start(self: Arc<Self>, observer: Arc<dyn StreamObserver>) {
        tokio::spawn(async move {
            let why = match self.run(&observer).await {
                Broken::Decided(Over) => return,
                Broken::Socket(error) => error.to_string(),
                Broken::Frame(what) => {
                    self.shared.faults.note(Fault::CallerFrame, &self.home, &what);
                    what.to_string()
                }
            };
            let error = Error::new(
                ErrorCode::Unavailable,
                format!("the requests from {} broke off: {why}", self.home),
            );
            observer.end(End::Lost { error, sent: true });
            self.shared.batch_end();
        });
    }

    /// The handler has taken requests of this cost.
    pub fn consumed(&self, cost: u64) {
        let mut state = self.state.lock();
        state.outstanding = state.outstanding.saturating_sub(cost);
        drop(state);
        self.consumed.notify_one();
    }

    async fn run(&self, observer: &Arc<dyn StreamObserver>) -> Broken {
        let Some(link) = call_home(&self.shared, &self.home).await else {
            return Broken::Socket(io::ErrorKind::NotConnected.into());
        };
        let mut handshake = Vec::new();
        put_control(
            &mut handshake,
            &Handshake {
                subject: self.home.subject.clone(),
                stream_type: StreamType::Request,
            },
        );
        match timeout(PATIENCE, link.write_all(&handshake)).await {
            Ok(Ok(())) => link.finish_writing(),
            Ok(Err(error)) => return Broken::Socket(error),
            Err(_) => return Broken::Socket(io::ErrorKind::TimedOut.into()),
        }
        link.keep_alive(self.shared.limits.keep_alive);
        match self.read(&link, observer).await {
            Ok(never) => match never {},
            Err(broken) => broken,
        }
    }

    async fn read(&self, link: &Link, observer: &Arc<dyn StreamObserver>) -> Result<std::convert::Infallible, Broken> {
        let mut buffer = InBuffer::default();
        loop {
            while self.is_full() {
                self.consumed.notified().await;
            }
            // What was read before there was room.
            buffer.take(|bytes| self.take(observer, bytes))?;
            if self.is_full() {
                continue;
            }
            link.readable().await?;
            let read = buffer.read(link, |bytes| self.take(observer, bytes))?;
            if read == Read::End {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            self.shared.batch_end();
        }
    }

    fn is_full(&self) -> bool {
        self.state.lock().outstanding >= self.shared.limits.window as u64
    }

    fn take(&self, observer: &Arc<dyn StreamObserver>, bytes: &[u8]) -> Result<usize, Broken> {
        let limit = self.shared.limits.max_body();
        let mut at = 0;
        while !self.is_full() {
            let Some((message, length)) = two_part::split(&bytes[at..], limit).map_err(Broken::Frame)? else {
                break;
            };
            self.message(observer, message)?;
            at += length;
        }
        Ok(at)
    }

    fn message(&self, observer: &Arc<dyn StreamObserver>, message: TwoPart<'_>) -> Result<(), Broken> {
        let TwoPart { header, body } = message;
        match (header, body.is_empty()) {
            (SENTINEL, true) => {
                Arc::clone(observer).end(End::Finished);
                self.shared.batch_end();
                Err(Broken::Decided(Over))
            }
            (STOP, true) => {
                observer.cancelled(Cancel::Stop);
                Ok(())
            }
            (KILL, true) => {
                observer.cancelled(Cancel::Kill);
                self.shared.batch_end();
                Err(Broken::Decided(Over))
            }
            (b"", false) => {
                let mut scratch = Vec::new();
                let (lane, data) = value::read(self.codec, body, &mut scratch).map_err(|why| {
                    Broken::Frame(Unreadable::wrong(format_args!("a request that is not readable: {why}")))
                })?;
                let cost = u32::try_from(data.len()).unwrap_or(u32::MAX).max(1);
                self.state.lock().outstanding += u64::from(cost);
                observer.message(lane, data, cost);
                Ok(())
            }
            _ => Err(Broken::Frame(Unreadable::wrong(
                "a frame that is neither a request nor an end",
            ))),
        }
    }
}
