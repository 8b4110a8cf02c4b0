use std::{
    io::Read as _,
    net::{Shutdown, SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use socket2::SockRef;

use crate::dynamo::{
    faults::Fault,
    in_buffer::{InBuffer, Read},
    wire::control::StreamType,
};

use super::{
    CallHome,
    answer_frames::{Phase, take},
    home_task::{Begun, Broken, EndOnPanic, UNKNOWN, Unread, handshake_in},
};

/// What is left to do for a connection that a worker made.
pub(super) enum Left {
    /// It has not said what it is for, or not for an answer. There is what was read of it.
    Everything(TcpStream, InBuffer),
    /// The answer is not complete, or something is to be said to the worker.
    Rest(TcpStream, Begun),
}

/// Reads what has come with a new connection. A short answer is mostly there as a whole, and then nothing is left to do:
/// no task has begun, and nothing watches the socket.
pub(super) fn arrive(home: &CallHome, stream: TcpStream, peer: SocketAddr) -> Option<Left> {
    let mut buffer = InBuffer::default();
    if home.shared.security.has_tls() {
        return Some(Left::Everything(stream, buffer));
    }
    let mut begun = None;
    let read = buffer.read_with(
        |bytes| (&stream).read(bytes),
        |bytes| {
            let (taken, found) = begin(home, bytes)?;
            begun = found;
            Ok(taken)
        },
    );
    let faults = &home.shared.faults;
    match (read, begun) {
        (Ok(Read::Some | Read::Nothing), None) => return Some(Left::Everything(stream, buffer)),
        (Ok(_), Some(begun)) if begun.phase == Phase::Over => close(&stream, begun.exchange.is_stator),
        (Ok(_), Some(begun)) => return Some(Left::Rest(stream, Begun { buffer, ..begun })),
        (Err(Broken::Frame(what)), _) => faults.note(Fault::Handshake, &peer, &what),
        (Err(Broken::Decided(Unread::Unknown)), _) => faults.note(Fault::UnknownSubject, &peer, &UNKNOWN),
        (Ok(Read::End) | Err(Broken::Socket(_) | Broken::Decided(Unread::Refused)), _) => {
            faults.note(Fault::Handshake, &peer, &"it closed at once")
        }
    }
    None
}

/// Takes the handshake and what follows of an answer. Says how much that was.
fn begin(home: &CallHome, bytes: &[u8]) -> Result<(usize, Option<Begun>), Broken> {
    let Some((handshake, length)) = handshake_in(bytes)? else {
        return Ok((0, None));
    };
    if handshake.stream_type != StreamType::Response {
        return Ok((0, None));
    }
    let exchange = home
        .take(&handshake.subject, handshake.stream_type)
        .ok_or(Broken::Decided(Unread::Unknown))?;
    exchange.state.lock().home = true;
    let mut begun = Begun {
        exchange: Arc::clone(&exchange),
        buffer: InBuffer::default(),
        phase: Phase::Prologue,
        wrong: None,
    };
    // A worker that is to be told something is told that first.
    if exchange.is_over() || exchange.is_cancelled() {
        return Ok((length, Some(begun)));
    }
    let _guard = EndOnPanic(&exchange);
    let taken = match take(&exchange, &bytes[length..], &mut begun.phase) {
        Ok(taken) => taken,
        Err(what) => {
            begun.wrong = Some(what);
            0
        }
    };
    Ok((length + taken, Some(begun)))
}

/// The answer is complete: the worker waits for an end. One of ours takes that of the connection, which is less work.
fn close(stream: &TcpStream, is_stator: bool) {
    let socket = SockRef::from(stream);
    // A socket that is already gone needs no ending.
    if !is_stator {
        let _ = socket.shutdown(Shutdown::Write);
    }
    let _ = socket.set_linger(Some(Duration::ZERO));
}
