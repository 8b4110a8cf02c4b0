use std::{
    convert::Infallible,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::{sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    dynamo::{
        Shared,
        faults::Fault,
        in_buffer::{self, InBuffer, Read},
        out_buffer::OutBuffer,
        wire::{Unreadable, ack, headers::Headers, request_frame},
    },
    transport::Link,
};

use super::{Answers, Request, Taker, request};

/// A connection without requests is closed after this long, in case that the caller vanished without a word. Callers
/// close theirs after half of it.
const IDLE: Duration = Duration::from_secs(600);

/// A request that has begun has to go on within this time.
const CUT: Duration = Duration::from_secs(30);

/// Acks that may wait for a caller who does not read them.
const MAX_UNSENT: usize = 1024 * 1024;

/// How long a caller that is closed has to read why, and what it may send meanwhile.
const FAREWELL: Duration = Duration::from_secs(1);

/// Takes the requests that callers send to this process. Clones share the answers.
#[derive(Clone)]
pub struct Ingress {
    pub(super) shared: Shared,
    answers: Arc<Answers>,
}

/// Requests are taken for as long as they come.
type Broken = in_buffer::Broken<Infallible>;

impl Ingress {
    pub fn new(shared: Shared) -> Self {
        Self {
            shared,
            answers: Arc::default(),
        }
    }

    /// The answers that are under way.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Takes one request, whatever brought it. An error refuses it. Call it inside a Tokio runtime.
    pub fn take(&self, taker: &dyn Taker, request: Request<'_>) -> crate::Result<()> {
        request::take(&self.shared, &self.answers, taker, request)
    }

    /// Takes the requests of one connection, in order, until it ends. `start` is what was read of it.
    pub async fn run(&self, link: &Link, peer: &str, start: Vec<u8>, taker: &dyn Taker, stop: &CancellationToken) {
        let mut out = OutBuffer::default();
        let served = tokio::select! {
            served = self.serve(link, start, taker, &mut out) => served,
            () = stop.cancelled() => return,
        };
        let Err(Broken::Frame(what)) = served else { return };
        self.shared.faults.note(Fault::RequestFrame, &peer, &what);
        let error = crate::Error::new(crate::ErrorCode::Protocol, format!("{what}; the connection is closed"));
        ack::put_refused(out.tail(), &error);
        self.farewell(link, out).await;
    }

    /// Tells a caller why nothing of it is taken.
    pub async fn refuse(&self, link: &Link, error: &crate::Error) {
        let mut out = OutBuffer::default();
        ack::put_refused(out.tail(), error);
        self.farewell(link, out).await;
    }

    /// Closing with unread bytes would take what is said away from the caller.
    async fn farewell(&self, link: &Link, mut out: OutBuffer) {
        let farewell = async {
            while out.unsent() > 0 && out.write_to(link).is_ok() {
                if out.unsent() > 0 && link.writable().await.is_err() {
                    return;
                }
            }
            link.part(FAREWELL).await;
        };
        let _ = timeout(FAREWELL, farewell).await;
    }

    async fn serve(&self, link: &Link, start: Vec<u8>, taker: &dyn Taker, out: &mut OutBuffer) -> Result<(), Broken> {
        let mut buffer = InBuffer::new(start);
        buffer.take(|bytes| self.take_frames(bytes, taker, out))?;
        let mut heard = Instant::now();
        loop {
            out.write_to(link)?;
            if out.unsent() > MAX_UNSENT {
                return Err(Broken::Socket(io::ErrorKind::TimedOut.into()));
            }
            let patience = if buffer.is_cut() { CUT } else { IDLE };
            tokio::select! {
                ready = link.readable() => ready?,
                ready = link.writable(), if out.unsent() > 0 => {
                    ready?;
                    continue;
                }
                () = sleep_until((heard + patience).into()) => {
                    return if buffer.is_cut() {
                        Err(Broken::Frame(Unreadable::wrong("a request that does not go on")))
                    } else {
                        Ok(())
                    };
                }
            }
            match buffer.read(link, |bytes| self.take_frames(bytes, taker, out))? {
                Read::Some => {
                    heard = Instant::now();
                    self.shared.batch_end();
                }
                Read::Nothing => {}
                Read::End => return Ok(()),
            }
            // A flood is always readable: without this it would keep its thread from everything else.
            tokio::task::coop::consume_budget().await;
        }
    }

    fn take_frames(&self, bytes: &[u8], taker: &dyn Taker, out: &mut OutBuffer) -> Result<usize, Broken> {
        let limit = self.shared.limits.max_message;
        let mut at = 0;
        while let Some((frame, length)) = request_frame::split(&bytes[at..], limit).map_err(Broken::Frame)? {
            at += length;
            let request = Request {
                path: frame.path,
                headers: Headers::read(frame.headers),
                payload: frame.payload,
            };
            match self.take(taker, request) {
                Ok(()) => ack::put_accepted(out.tail()),
                Err(error) => ack::put_refused(out.tail(), &error),
            }
        }
        Ok(at)
    }
}
