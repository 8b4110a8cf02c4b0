use std::{fmt::Display, io, sync::Arc, time::Instant};

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
            control::{self, Handshake, StreamType},
            two_part,
        },
    },
    security::CLIENT_HELLO,
    transport::Link,
};

use super::{
    CallHome, Exchange,
    answer_frames::{MAX_END, Phase, take},
    exchange::Written,
};

/// Serves one connection that a worker made. `buffer` is what was read of it.
pub(super) async fn run(
    home: Arc<CallHome>,
    link: Link,
    peer: impl Display,
    mut buffer: InBuffer,
    place: Option<OwnedSemaphorePermit>,
) {
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
        Ok(Err(Broken::Decided(Unread::Refused))) => return,
        Ok(Err(Broken::Frame(what))) => return faults.note(Fault::Handshake, &peer, &what),
        Ok(Err(_)) => return faults.note(Fault::Handshake, &peer, &"it closed at once"),
        Err(_) => return faults.note(Fault::Handshake, &peer, &"it says nothing"),
    };
    let stream_type = handshake.stream_type;
    let Some(exchange) = home.take(&handshake.subject, stream_type) else {
        return faults.note(Fault::UnknownSubject, &peer, &UNKNOWN);
    };
    if home.shared.security.has_tls() && !link.has_tls() && !link.is_inside() {
        // It is the worker that is meant, for nobody else knows the subject.
        let error = home.shared.security.plaintext_home(&peer.to_string());
        exchange.end(End::Failed { error, refused: false });
        return exchange.shared.batch_end();
    }
    match stream_type {
        StreamType::Response => {
            exchange.state.lock().home = true;
            let begun = Begun {
                exchange,
                buffer,
                phase: Phase::Prologue,
                wrong: None,
            };
            go_on(home, link, begun).await;
        }
        StreamType::Request => {
            let link = Arc::new(link);
            let _guard = EndOnPanic(&exchange);
            let closed = home.closed.cancelled();
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
            exchange.shared.batch_end();
        }
    }
}

/// What a call home is that nobody waits for.
pub(super) const UNKNOWN: &str = "a call home that nobody waits for";

/// An answer of which a part was read.
pub(super) struct Begun {
    pub exchange: Arc<Exchange>,
    pub buffer: InBuffer,
    pub phase: Phase,
    /// What was wrong with it.
    pub wrong: Option<Unreadable>,
}

/// Reads an answer to its end.
pub(super) async fn go_on(home: Arc<CallHome>, link: Link, begun: Begun) {
    let Begun {
        exchange,
        buffer,
        phase,
        wrong,
    } = begun;
    link.end_abruptly(true);
    let _guard = EndOnPanic(&exchange);
    let answer = async {
        match wrong {
            Some(what) => violated(&exchange, &link, phase, &what).await,
            None => answer(&exchange, &link, buffer, phase).await,
        }
    };
    tokio::select! {
        () = answer => {}
        () = home.closed.cancelled() => exchange.end(End::Lost { error: super::call_home::shut_down(), sent: true }),
    }
    exchange.shared.batch_end();
}

/// A consumer that panics takes the reader with it: the call must not wait for ever.
pub(super) struct EndOnPanic<'a>(pub &'a Exchange);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lost(true, "the reader of its answer panicked");
        }
    }
}

/// Why an answer is not read any further.
pub(super) type Broken = in_buffer::Broken<Unread>;

/// Why nobody wants the rest of a connection.
pub(super) enum Unread {
    /// The worker was told why, which is counted.
    Refused,
    /// Nobody waits for that answer.
    Unknown,
}

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
        return link.map_err(|_| Broken::Decided(Unread::Refused));
    }
    *buffer = InBuffer::new(start.to_vec());
    Ok(link)
}

async fn shake_hands(link: &Link, buffer: &mut InBuffer) -> Result<Handshake, Broken> {
    let mut handshake = None;
    let take = |bytes: &[u8], handshake: &mut Option<Handshake>| -> Result<usize, Broken> {
        let (found, length) = handshake_in(bytes)?.unzip();
        *handshake = found;
        Ok(length.unwrap_or(0))
    };
    buffer.take(|bytes| take(bytes, &mut handshake))?;
    while handshake.is_none() {
        link.readable().await?;
        let read = buffer.read(link, |bytes| take(bytes, &mut handshake))?;
        if read == Read::End {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
    handshake.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof).into())
}

/// The handshake at the start of `bytes` and its length; `None` while it is incomplete.
pub(super) fn handshake_in(bytes: &[u8]) -> Result<Option<(Handshake, usize)>, Broken> {
    if bytes.starts_with(&CLIENT_HELLO) {
        return Err(Broken::Frame(Unreadable::wrong("TLS, which is not set up here")));
    }
    let Some((message, length)) = two_part::split(bytes, 0).map_err(Broken::Frame)? else {
        return Ok(None);
    };
    let handshake = control::read("a handshake", message.header).map_err(Broken::Frame)?;
    Ok(Some((handshake, length)))
}

async fn answer(exchange: &Exchange, link: &Link, mut buffer: InBuffer, mut phase: Phase) {
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
                .map_err(Broken::Frame)
        } else {
            tokio::select! {
                ready = link.readable(), if room => match ready {
                    Ok(()) => buffer.read(link, |bytes| take(exchange, bytes, &mut phase).map_err(Broken::Frame)),
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
            Err(Broken::Decided(Unread::Refused | Unread::Unknown)) => return,
            Err(Broken::Socket(error)) => return end(exchange, phase, &error.to_string()),
            Err(Broken::Frame(what)) => return violated(exchange, link, phase, &what).await,
        }
        if phase == Phase::Over {
            // The worker waits for an end, and then closes. One of ours takes that of the connection, which is less work.
            if !exchange.is_stator || link.has_tls() || link.is_inside() {
                link.finish_writing();
            }
            return;
        }
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

/// Sends the requests of a call that has a stream of them.
async fn requests(exchange: &Exchange, link: &Link) {
    link.keep_alive(exchange.shared.limits.keep_alive);
    loop {
        let written = exchange.write_requests();
        if exchange.is_over() {
            return;
        }
        match written {
            Written::Lost => return,
            Written::End => return link.finish_writing(),
            Written::All | Written::Part => {}
        }
        tokio::select! {
            _ = link.writable(), if written == Written::Part => {}
            () = exchange.requests_changed.notified() => {}
        }
    }
}
