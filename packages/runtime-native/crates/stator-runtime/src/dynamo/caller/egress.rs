use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::{sync::Notify, time::sleep_until};

use crate::{
    Error, ErrorCode, Result,
    config::Secret,
    connection::{End, StreamObserver},
    dynamo::{
        faults::Fault,
        in_buffer::{self, InBuffer, Read},
        out_buffer::OutBuffer,
        wire::{Unreadable, ack, headers, request_frame},
    },
    security::{Reason, alert_in, refusal_in},
    transport::Link,
};

use super::{
    CallHome, Exchange, OpenRequest,
    call_home::shut_down,
    outgoing::{Outgoing, Unqueued},
};

/// A connection without calls is closed after this long.
const IDLE: Duration = Duration::from_secs(300);

/// Requests on one connection that may be unanswered, as in the original.
const MAX_PENDING: usize = 1024;

/// Requests that may wait for the socket, in bytes, before calls are refused: the worker has stopped reading.
const MAX_UNSENT: usize = 64 * 1024 * 1024;

/// With more than this another connection is worth its price.
const BUSY: usize = 256 * 1024;

/// A connection to a worker's listener. Requests are pipelined, and acknowledged in their order.
pub struct Egress {
    home: Arc<CallHome>,
    link: Link,
    peer: Arc<str>,
    /// What is shown to workers of our kind; an error where it may not be shown.
    token: Result<Option<Secret>>,
    state: Mutex<State>,
    wake: Notify,
    listed: AtomicBool,
}

#[derive(Default)]
struct State {
    out: OutBuffer,
    /// Requests that are not acknowledged, in the order of their frames.
    pending: VecDeque<Pending>,
    dead: Option<Error>,
    /// Takes no more requests.
    retired: bool,
}

struct Pending {
    exchange: Arc<Exchange>,
    /// Where its frame ends in the output.
    end: u64,
    since: Instant,
}

/// Whether a connection takes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Free,
    /// It does, behind so much; another connection would be worth its price.
    Busy(usize),
    /// Not now.
    Full,
    /// Never again.
    Over,
}

impl Egress {
    /// Connects to a worker, and makes sure that it can call home.
    pub async fn connect(home: &Arc<CallHome>, address: SocketAddr) -> Result<Arc<Self>> {
        home.listen().await?;
        let security = &home.shared.security;
        let limit = home.shared.limits.connect_timeout;
        let link = security.dial(address, limit, "the worker").await?;
        let egress = Arc::new(Self {
            home: Arc::clone(home),
            token: security.token_for(&link, &address.to_string()),
            link,
            peer: address.to_string().into(),
            state: Mutex::default(),
            wake: Notify::new(),
            listed: AtomicBool::new(false),
        });
        home.tokio().spawn(Arc::clone(&egress).run());
        Ok(egress)
    }

    /// How it fares.
    pub fn status(&self) -> Status {
        let state = self.state.lock();
        let (pending, unsent) = (state.pending.len(), state.out.unsent());
        if state.dead.is_some() || state.retired {
            Status::Over
        } else if pending >= MAX_PENDING || unsent >= MAX_UNSENT {
            Status::Full
        } else if unsent > BUSY {
            Status::Busy(pending + unsent)
        } else {
            Status::Free
        }
    }

    /// Queues a request; [`Egress::flush`] writes it. An error means that the worker has seen nothing of it.
    pub fn open(&self, request: &OpenRequest<'_>, observer: Arc<dyn StreamObserver>) -> Result<Arc<Exchange>> {
        let outgoing = Outgoing::new(&self.home, &self.peer, request, observer, None)?;
        if let Err(error) = self.queue(request.path, &outgoing) {
            outgoing.forget(&self.home);
            return Err(error);
        }
        Ok(outgoing.start(&self.home))
    }

    fn queue(&self, path: &str, outgoing: &Outgoing<'_>) -> Result<()> {
        let token = outgoing.token(|| self.token.clone())?;
        let headers = headers::write(path, &outgoing.headers(token.as_ref()));
        let limit = self.home.shared.limits.max_message;
        let mut state = self.state.lock();
        if let Some(error) = &state.dead {
            return Err(error.clone());
        }
        if state.retired {
            return Err(lost(&self.peer, "it was idle"));
        }
        request_frame::put_with(state.out.tail(), path, &headers, limit, |out| outgoing.put(out))
            .map_err(|Unqueued(error)| error)?;
        let end = state.out.appended();
        state.pending.push_back(Pending {
            exchange: Arc::clone(&outgoing.exchange),
            end,
            since: Instant::now(),
        });
        Ok(())
    }

    /// Writes what the socket takes now; the task does the rest.
    pub fn flush(&self) {
        self.listed.store(false, Ordering::Release);
        let mut state = self.state.lock();
        // What is wrong with the socket, reading will tell.
        if state.out.write_to(&self.link).is_err() || state.out.unsent() > 0 {
            self.wake.notify_one();
        }
    }

    /// Whether it was not in the list of connections to be flushed; it is from now on, until it is flushed.
    pub fn list(&self) -> bool {
        !self.listed.swap(true, Ordering::AcqRel)
    }

    /// Takes no more requests, and closes when those that there are have been acknowledged.
    pub fn retire(&self) {
        self.state.lock().retired = true;
        self.wake.notify_one();
    }

    async fn run(self: Arc<Self>) {
        let ended = tokio::select! {
            ended = self.serve() => ended,
            () = self.home.closed.cancelled() => Ended::Closed(shut_down()),
        };
        let is_lost = !matches!(ended, Ended::Closed(_));
        // Nothing of what was sent was ever read.
        let is_refused = matches!(ended, Ended::Refused(_));
        let error = match ended {
            Ended::Closed(error) => error,
            Ended::Lost(why) => lost(&self.peer, &why),
            Ended::Refused(error) => {
                self.home.shared.security.refusals().note(&error);
                error
            }
            Ended::Fault(fault, why) => {
                self.home.shared.faults.note(fault, &self.peer, &why);
                lost(&self.peer, &why)
            }
        };
        let (pending, written) = {
            let mut state = self.state.lock();
            state.dead = Some(error.clone());
            (std::mem::take(&mut state.pending), state.out.written())
        };
        self.link.shutdown();
        for Pending { exchange, end, .. } in pending {
            // An answer comes on a connection of its own, acknowledged or not.
            if !exchange.is_home() {
                let (error, sent) = (error.clone(), end <= written && !is_refused);
                exchange.end(End::Lost { error, sent });
            }
        }
        if is_lost {
            // A worker that is gone calls nobody home.
            for exchange in self.home.of_connection(&self.peer) {
                let error = error.clone();
                let sent = !is_refused;
                exchange.end(End::Lost { error, sent });
            }
        }
        self.home.shared.batch_end();
    }

    async fn serve(&self) -> Ended {
        let mut buffer = InBuffer::default();
        let mut idle_since = Instant::now();
        loop {
            let (unsent, oldest) = {
                let mut state = self.state.lock();
                if state.out.write_to(&self.link).is_err() {
                    return Ended::Lost("it does not take what is sent".to_owned());
                }
                if state.retired && state.pending.is_empty() {
                    return Ended::Closed(lost(&self.peer, "nobody needs it"));
                }
                (
                    state.out.unsent() > 0,
                    state.pending.front().map(|pending| pending.since),
                )
            };
            let look_at = match oldest {
                Some(since) => since + self.home.shared.limits.ack_timeout,
                None => idle_since + IDLE,
            };
            tokio::select! {
                ready = self.link.readable() => if let Err(error) = ready {
                    return Ended::Lost(error.to_string());
                },
                _ = self.link.writable(), if unsent => continue,
                () = self.wake.notified() => continue,
                () = sleep_until(look_at.into()) => match self.look() {
                    Some(ended) => return ended,
                    None => continue,
                },
            }
            match buffer.read(&self.link, |bytes| self.take_acks(bytes)) {
                Ok(Read::Some | Read::Nothing) => {}
                Ok(Read::End) => return Ended::Lost("it closed the connection".to_owned()),
                Err(Broken::Socket(error)) => {
                    return match refusal_in(&error, &self.peer) {
                        Some(refusal) => Ended::Refused(refusal),
                        None => Ended::Lost(error.to_string()),
                    };
                }
                Err(Broken::Decided(error)) => return Ended::Refused(error),
                Err(Broken::Frame(what)) => return Ended::Fault(Fault::Ack, format!("it sent {what}")),
            }
            idle_since = Instant::now();
        }
    }

    /// Time has passed: is a worker late, or the connection of no use?
    fn look(&self) -> Option<Ended> {
        let limit = self.home.shared.limits.ack_timeout;
        let mut state = self.state.lock();
        match state.pending.front() {
            Some(pending) if pending.since.elapsed() >= limit => {
                let what = format!(
                    "it did not acknowledge a call within {} ms (requestTimeoutMs)",
                    limit.as_millis()
                );
                Some(Ended::Fault(Fault::NoAck, what))
            }
            Some(_) => None,
            None => {
                // Still under the lock: no call may begin on a connection that is about to end.
                state.retired = true;
                Some(Ended::Closed(lost(&self.peer, "it was idle")))
            }
        }
    }

    fn take_acks(&self, bytes: &[u8]) -> std::result::Result<usize, Broken> {
        if let Some(error) = alert_in(bytes, &self.peer) {
            return Err(Broken::Decided(error));
        }
        let mut at = 0;
        while let Some((text, length)) = ack::split(&bytes[at..]).map_err(Broken::Frame)? {
            at += length;
            let pending = self.state.lock().pending.pop_front();
            let Some(Pending { exchange, .. }) = pending else {
                return Err(Broken::Frame(Unreadable::wrong("an ack for no request")));
            };
            if !text.is_empty() {
                let error = ack::refusal(text, &self.peer);
                if Reason::of(&error) == Some(Reason::TlsRequired) {
                    let refusal = error.clone();
                    exchange.end(End::Lost { error, sent: false });
                    return Err(Broken::Decided(refusal));
                }
                exchange.end(End::Failed { error, refused: true });
                self.home.shared.batch_end();
            }
        }
        Ok(at)
    }
}

/// Why a connection is over.
enum Ended {
    Closed(Error),
    Lost(String),
    /// The worker does not want our TLS.
    Refused(Error),
    Fault(Fault, String),
}

/// The worker may refuse the connection.
type Broken = in_buffer::Broken<Error>;

fn lost(peer: &str, why: &str) -> Error {
    Error::new(
        ErrorCode::Unavailable,
        format!("the connection to {peer} was lost: {why}"),
    )
}
