use std::{cell::RefCell, fmt::Display, io, sync::Arc, time::Instant};

use tokio::{
    sync::OwnedSemaphorePermit,
    time::{sleep_until, timeout},
};

use crate::{
    Error, ErrorCode,
    connection::End,
    dynamo::{
        faults::Fault,
        in_buffer::{self, InBuffer, Read},
        limits::{LOOK, PATIENCE},
        wire::{
            Unreadable,
            control::{self, Handshake, Prologue, SENTINEL, StreamType},
            item,
            two_part::{self, TwoPart},
        },
    },
    security::CLIENT_HELLO,
    transport::Link,
};

use super::{CallHome, Exchange};

/// An end takes no more than this.
const MAX_END: usize = 64;

thread_local! {
    /// Values are transcoded into this.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Serves one connection that a worker made.
pub(super) async fn run(home: Arc<CallHome>, link: Link, peer: impl Display, place: Option<OwnedSemaphorePermit>) {
    let mut buffer = InBuffer::default();
    let faults = &home.shared.faults;
    let shaken = async {
        let link = secure(&home, link, &peer, &mut buffer).await?;
        let handshake = shake_hands(&link, &mut buffer).await?;
        Ok((link, handshake))
    };
    let handshake = tokio::select! {
        () = home.closed.cancelled() => return,
        handshake = timeout(PATIENCE, shaken) => handshake,
    };
    drop(place);
    let (link, handshake) = match handshake {
        Ok(Ok(shaken)) => shaken,
        Ok(Err(Broken::Decided(Refused))) => return,
        Ok(Err(Broken::Frame(what))) => return faults.note(Fault::Handshake, &peer, &what),
        Ok(Err(_)) => return faults.note(Fault::Handshake, &peer, &"it closed at once"),
        Err(_) => return faults.note(Fault::Handshake, &peer, &"it says nothing"),
    };
    let stream_type = handshake.stream_type;
    let Some(exchange) = home.take(&handshake.subject, stream_type) else {
        return faults.note(Fault::UnknownSubject, &peer, &"a call home that nobody waits for");
    };
    if home.shared.security.has_tls() && !link.has_tls() && !link.is_inside() {
        // It is the worker that is meant, for nobody else knows the subject.
        let error = home.shared.security.plaintext_home(&peer.to_string());
        exchange.end(End::Failed { error, refused: false });
        return exchange.shared.batch_end();
    }
    let link = Arc::new(link);
    let _guard = EndOnPanic(&exchange);
    let closed = home.closed.cancelled();
    match stream_type {
        StreamType::Response => {
            link.end_abruptly(true);
            exchange.state.lock().home = true;
            tokio::select! {
                () = answer(&exchange, &link, buffer) => {}
                () = closed => exchange.end(End::Lost { error: super::call_home::shut_down(), sent: true }),
            }
        }
        StreamType::Request => {
            if let Some(requests) = &mut exchange.state.lock().requests {
                requests.link = Some(Arc::clone(&link));
            }
            tokio::select! {
                () = requests(&exchange, &link) => {}
                () = closed => {}
            }
            if let Some(requests) = &mut exchange.state.lock().requests {
                requests.link = None;
            }
        }
    }
    exchange.shared.batch_end();
}

/// A consumer that panics takes the reader with it: the call must not wait for ever.
struct EndOnPanic<'a>(&'a Exchange);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lost(true, "the reader of its answer panicked");
        }
    }
}

type Broken = in_buffer::Broken<Refused>;

/// The worker was told why, which is counted.
struct Refused;

/// Puts TLS on a connection where it is wanted. What comes in plain text is read a little further, to see for which call.
async fn secure(home: &CallHome, link: Link, peer: &impl Display, buffer: &mut InBuffer) -> Result<Link, Broken> {
    let security = &home.shared.security;
    // What comes through NATS is as safe as the connection to NATS.
    if !security.has_tls() || link.is_inside() {
        return Ok(link);
    }
    let mut start = CLIENT_HELLO;
    link.read_exact(&mut start).await?;
    if start == CLIENT_HELLO {
        let link = security.answer(link, &start, &peer.to_string()).await;
        return link.map_err(|_| Broken::Decided(Refused));
    }
    *buffer = InBuffer::new(start.to_vec());
    Ok(link)
}

async fn shake_hands(link: &Link, buffer: &mut InBuffer) -> Result<Handshake, Broken> {
    let mut handshake = None;
    while handshake.is_none() {
        link.readable().await?;
        let read = buffer.read(link, |bytes| -> Result<usize, Broken> {
            if bytes.starts_with(&CLIENT_HELLO) {
                return Err(Broken::Frame(Unreadable::wrong("TLS, which is not set up here")));
            }
            let Some((message, length)) = two_part::split(bytes, 0).map_err(Broken::Frame)? else {
                return Ok(0);
            };
            handshake = Some(control::read("a handshake", message.header).map_err(Broken::Frame)?);
            Ok(length)
        })?;
        if read == Read::End {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
    handshake.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof).into())
}

/// How far an answer is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Prologue,
    Items,
    /// The last item has come.
    Complete,
    /// So has the last frame.
    Over,
}

/// Reads an answer to its end.
async fn answer(exchange: &Exchange, link: &Link, mut buffer: InBuffer) {
    let mut phase = Phase::Prologue;
    let mut look_at = Instant::now() + LOOK;
    let mut looked_after = false;
    let mut fresh = true;
    loop {
        let control = exchange.control_frames();
        if !control.is_empty() && !matches!(timeout(PATIENCE, link.write_all(&control)).await, Ok(Ok(()))) {
            return end(exchange, phase, "it does not take that the call is over");
        }
        if exchange.is_over() && phase < Phase::Complete {
            // Nobody reads the rest: closing says so.
            return;
        }
        // While there is none, an end is still looked for: with more than that there is an item first.
        let room = exchange.has_room() || buffer.len() <= two_part::PREFIX + MAX_END;
        let result = if room && buffer.is_cut() && std::mem::take(&mut fresh) {
            // What was read together with the handshake, or before there was room.
            buffer
                .take(|bytes| take(exchange, bytes, &mut phase))
                .map(|()| Read::Some)
        } else {
            tokio::select! {
                ready = link.readable(), if room => match ready {
                    Ok(()) => buffer.read(link, |bytes| take(exchange, bytes, &mut phase)),
                    Err(error) => Err(error.into()),
                },
                () = exchange.changed.notified() => {
                    fresh = true;
                    continue;
                }
                () = sleep_until(look_at.into()) => {
                    if phase >= Phase::Complete {
                        return;
                    }
                    if !std::mem::replace(&mut looked_after, true) {
                        link.keep_alive(exchange.shared.limits.keep_alive);
                    }
                    look_at = Instant::now() + LOOK;
                    continue;
                }
            }
        };
        match result {
            Ok(Read::Some | Read::Nothing) => exchange.shared.batch_end(),
            Ok(Read::End) => {
                return end(
                    exchange,
                    phase,
                    "it closed the connection before the answer was complete",
                );
            }
            Err(Broken::Decided(Refused)) => return,
            Err(Broken::Socket(error)) => return end(exchange, phase, &error.to_string()),
            Err(Broken::Frame(what)) => return violated(exchange, link, phase, &what).await,
        }
        if phase == Phase::Over {
            // The worker waits for this, and then closes.
            return link.finish_writing();
        }
    }
}

impl PartialOrd for Phase {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        (*self as u8).partial_cmp(&(*other as u8))
    }
}

/// The connection is at its end.
fn end(exchange: &Exchange, phase: Phase, why: &str) {
    if phase >= Phase::Complete {
        return;
    }
    if exchange.is_cancelled() {
        // A worker that was told to stop sends nothing more, not even an end.
        exchange.end(End::Finished);
    } else {
        exchange.lost(true, why);
    }
}

/// The worker sent something that is not allowed: it is told that nobody listens.
async fn violated(exchange: &Exchange, link: &Link, phase: Phase, what: &Unreadable) {
    let fault = match phase {
        Phase::Prologue => Fault::Prologue,
        Phase::Items => Fault::Item,
        Phase::Complete | Phase::Over => Fault::AfterEnd,
    };
    exchange.shared.faults.note(fault, &exchange.peer, what);
    let code = match what {
        Unreadable::TooLarge { .. } => ErrorCode::PayloadTooLarge,
        Unreadable::Wrong(_) => ErrorCode::Protocol,
    };
    let error = Error::new(code, format!("the worker at {} sent {what}", exchange.peer));
    exchange.give_up(End::Failed { error, refused: false });
    // Closing would say the same; a handler hears the word.
    let _ = timeout(PATIENCE, link.write_all(&exchange.control_frames())).await;
}

/// Takes the whole frames in `bytes`, as long as there is room for them.
fn take(exchange: &Exchange, bytes: &[u8], phase: &mut Phase) -> Result<usize, Broken> {
    let limit = exchange.shared.limits.max_body();
    let mut at = 0;
    let mut room = exchange.has_room();
    while *phase != Phase::Over {
        let Some((message, length)) = two_part::split(&bytes[at..], limit).map_err(Broken::Frame)? else {
            break;
        };
        if !room && *phase == Phase::Items && has_value(exchange, message) {
            break;
        }
        at += length;
        match *phase {
            Phase::Prologue => prologue(exchange, message, phase)?,
            _ => room = frame(exchange, message, length, phase)?,
        }
    }
    Ok(at)
}

/// Whether there has to be room for a frame. An end needs none: who waits for the end of a call may not read before it.
fn has_value(exchange: &Exchange, message: TwoPart<'_>) -> bool {
    message.header.is_empty()
        && (message.body.len() > MAX_END
            || item::read(exchange.codec, message.body, exchange.whole, &mut Vec::new())
                .is_ok_and(|item| item.value.is_some()))
}

fn prologue(exchange: &Exchange, message: TwoPart<'_>, phase: &mut Phase) -> Result<(), Broken> {
    if !message.body.is_empty() {
        return Err(Broken::Frame(Unreadable::wrong("a prologue with a body")));
    }
    let prologue: Prologue = control::read("a prologue", message.header).map_err(Broken::Frame)?;
    let Some(text) = prologue.error else {
        *phase = Phase::Items;
        return Ok(());
    };
    // No handler has begun, unless the worker says that the fault is the request's.
    let error = match prologue.typed_error.map(|error| error.into_error()) {
        Some(error) if error.code != ErrorCode::Internal => error,
        _ => Error::new(
            ErrorCode::Unavailable,
            format!("the worker at {} did not take the call: {text}", exchange.peer),
        ),
    };
    let refused = error.code.retryable();
    exchange.end(End::Failed { error, refused });
    *phase = Phase::Over;
    Ok(())
}

/// Says whether there is room for more.
fn frame(exchange: &Exchange, message: TwoPart<'_>, length: usize, phase: &mut Phase) -> Result<bool, Broken> {
    let TwoPart { header, body } = message;
    let wrong = |what: &str| Err(Broken::Frame(Unreadable::wrong(what)));
    if !header.is_empty() {
        if !body.is_empty() {
            return wrong("a frame with both a header and a body");
        }
        if header != SENTINEL {
            return wrong("a control frame that only callers send");
        }
        if *phase == Phase::Items && !exchange.is_cancelled() {
            exchange.lost(true, "the answer ended before it was complete");
        } else if *phase == Phase::Items {
            exchange.end(End::Finished);
        }
        *phase = Phase::Over;
        return Ok(true);
    }
    if *phase == Phase::Complete {
        // The end behind an error says nothing new.
        let mut scratch = Vec::new();
        return match item::read(exchange.codec, body, exchange.whole, &mut scratch) {
            Ok(item) if item.last && item.value.is_none() => Ok(true),
            _ => wrong("an item after the last one"),
        };
    }
    SCRATCH.with_borrow_mut(|scratch| {
        let item = item::read(exchange.codec, body, exchange.whole, scratch).map_err(Broken::Frame)?;
        let mut room = true;
        if let Some((lane, data)) = item.value {
            let cost = u32::try_from(length).unwrap_or(u32::MAX);
            room = exchange.received(u64::from(cost));
            if let Some(observer) = exchange.observer() {
                observer.message(lane, data, cost);
            }
        }
        if let Some(error) = item.error {
            exchange.end(End::Failed { error, refused: false });
            *phase = Phase::Complete;
            // The worker goes on to say that this was the last item.
            return Ok(true);
        }
        if item.last {
            exchange.end(End::Finished);
            *phase = Phase::Complete;
        }
        Ok(room)
    })
}

/// Sends the requests of a call that has a stream of them.
async fn requests(exchange: &Exchange, link: &Link) {
    link.keep_alive(exchange.shared.limits.keep_alive);
    loop {
        if !exchange.flush() || exchange.is_over() {
            return;
        }
        let (unsent, ended) = {
            let state = exchange.state.lock();
            let requests = state.requests.as_ref();
            requests.map_or((false, true), |requests| (requests.out.unsent() > 0, requests.ended))
        };
        if ended && !unsent {
            return link.finish_writing();
        }
        tokio::select! {
            _ = link.writable(), if unsent => {}
            () = exchange.requests_changed.notified() => {}
        }
    }
}
