use std::{
    io::{self, IoSlice},
    sync::Arc,
    time::Instant,
};

use bytes::Bytes;
use smallvec::SmallVec;

use crate::{
    Error, ErrorCode,
    identity::ContractHash,
    payload::{Content, Lane},
    wire::{
        error::encode as encode_error,
        frame::{self, Cancel, HEADER, Kind, MAX_CHUNK},
        open::{self, Metadata, Open},
    },
};

use super::{
    Connection, StreamObserver,
    connection_state::{Outgoing, STAGE, STAGE_CEILING, STAGE_MOST, State, Stream, next_chunk, size_frame},
};

/// A chunk of at least this size is written from where it lies.
const PIECE: usize = 16 * 1024;

/// Chunks of one message that are written from where it lies at the most.
const CHUNKS: usize = 17;

/// What stands before the payload of a chunk.
type Before = SmallVec<[u8; 3 * HEADER]>;

/// What became of something that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendStatus {
    /// Framed: more may follow.
    Sent,
    /// Queued until the peer gives credit or the socket takes bytes; the observer hears `writable` when it is gone.
    Queued,
    /// The call is over; nothing was sent.
    Gone,
}

impl SendStatus {
    /// Sends one after another, until the call is over or one fails: whether any of them is queued.
    pub(crate) fn of_all<'a>(
        messages: impl Iterator<Item = (Lane, &'a [u8])>,
        mut send: impl FnMut(Lane, &'a [u8]) -> Result<Self, Error>,
    ) -> Result<Self, Error> {
        let mut status = Self::Sent;
        for (lane, data) in messages {
            match send(lane, data)? {
                Self::Sent => {}
                Self::Queued => status = Self::Queued,
                Self::Gone => return Ok(Self::Gone),
            }
        }
        Ok(status)
    }
}

/// What opens a call.
pub struct OpenCall<'a> {
    pub path: &'a str,
    pub id: &'a str,
    pub request_stream: bool,
    pub deadline: Option<Instant>,
    pub metadata: &'a Metadata,
    /// The contract that the caller was built with.
    pub contract: Option<ContractHash>,
    /// The instance that is meant, if it matters.
    pub instance: Option<u64>,
}

/// None of these writes to the socket by itself, large answers excepted, so that a batch costs one write: call
/// [`Connection::flush`] after it.
impl Connection {
    /// Opens a call, with its whole request if there is one, and returns its stream. Errors mean that the peer has seen
    /// nothing of it.
    pub fn open(
        &self,
        call: &OpenCall<'_>,
        request: Option<(Lane, Content<'_>)>,
        observer: Arc<dyn StreamObserver>,
    ) -> Result<u32, Error> {
        if let Some((_, data)) = request {
            self.check_size(&data)?;
        }
        let timeout_ms = match call.deadline {
            None => None,
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now()).as_millis();
                Some(u32::try_from(left).unwrap_or(u32::MAX).max(1))
            }
        };
        let mut guard = self.0.state.lock();
        let state = &mut *guard;
        if let Some(error) = &state.dead {
            return Err(error.clone());
        }
        if !state.accepts_calls() {
            return Err(Error::new(
                ErrorCode::Unavailable,
                format!("{} takes no more calls", self.0.peer),
            ));
        }
        if state.staged() > STAGE_CEILING {
            return Err(Error::new(
                ErrorCode::Overloaded,
                format!(
                    "{} has stopped reading: {} bytes wait for it",
                    self.0.peer,
                    state.staged()
                ),
            ));
        }
        let stream = state.next_stream;
        let start = state.out.tail.len();
        frame::put(&mut state.out.tail, Kind::Open, 0, stream, &[]);
        let open = Open {
            path: call.path,
            id: call.id,
            request_stream: call.request_stream,
            timeout_ms,
            metadata: call.metadata,
            contract: call.contract,
            instance: call.instance,
        };
        if let Err(error) = open::encode(&mut state.out.tail, &open) {
            state.out.tail.truncate(start);
            return Err(error);
        }
        let length = ((state.out.tail.len() - start - HEADER) as u16).to_be_bytes();
        state.out.tail[start + 2] = length[0];
        state.out.tail[start + 3] = length[1];
        state.next_stream += 1;
        if state.next_stream > u32::MAX / 2 {
            // Stream numbers are never used twice: the next call takes a new connection.
            state.going_away = true;
        }
        let open_end = state.out.framed();
        state.streams.insert(
            stream,
            Stream::new(observer, 0, &self.0.limits, call.deadline, open_end, true),
        );
        if let Some(deadline) = call.deadline {
            self.watch_deadline(state, deadline);
        }
        if let Some((lane, data)) = request {
            // The caller's side keeps its streams until the answer ends.
            let _ = self.send_on(state, stream, lane, data, true);
        }
        Ok(stream)
    }

    /// Queues or frames one message; `end` ends this direction with it.
    pub fn send<'a>(
        &self,
        stream: u32,
        lane: Lane,
        data: impl Into<Content<'a>>,
        end: bool,
    ) -> Result<SendStatus, Error> {
        let data = data.into();
        self.check_size(&data)?;
        // Declared before the guard: dropped after the lock is open again.
        let _over;
        let mut guard = self.0.state.lock();
        let status;
        (status, _over) = self.send_on(&mut guard, stream, lane, data, end);
        Ok(status)
    }

    /// Queues or frames several messages of one stream, which goes on. Those before one that is too large are sent.
    pub fn send_all<'a>(
        &self,
        stream: u32,
        messages: impl Iterator<Item = (Lane, &'a [u8])>,
    ) -> Result<SendStatus, Error> {
        let mut state = self.0.state.lock();
        SendStatus::of_all(messages, |lane, data| {
            self.check_size(data)?;
            // Only what ends a stream gives it back.
            Ok(self.send_on(&mut state, stream, lane, data.into(), false).0)
        })
    }

    fn check_size(&self, data: &[u8]) -> Result<(), Error> {
        if data.len() <= self.0.limits.peer_max_message as usize {
            return Ok(());
        }
        Err(Error::new(
            ErrorCode::PayloadTooLarge,
            format!(
                "a message of {} bytes, {} takes at most {}; raise maxMessageBytes there or send it in parts",
                data.len(),
                self.0.peer,
                self.0.limits.peer_max_message
            ),
        ))
    }

    /// Sends under the lock. Returns the stream too if it is over with this.
    fn send_on(
        &self,
        state: &mut State,
        stream: u32,
        lane: Lane,
        data: Content<'_>,
        end: bool,
    ) -> (SendStatus, Option<Stream>) {
        let staged = state.staged();
        let Some(entry) = state.streams.get_mut(&stream) else {
            return (SendStatus::Gone, None);
        };
        if entry.send.ended {
            return (SendStatus::Gone, None);
        }
        entry.send.ended = end;
        let first = !std::mem::replace(&mut entry.send.messages, true);
        let cost = (HEADER + data.len()) as u64;
        if entry.send.queue.is_empty() && data.len() <= MAX_CHUNK && entry.send.credit >= cost && staged < STAGE {
            entry.send.credit -= cost;
            let mut flags = frame::END_MESSAGE | frame::lane_flag(lane);
            if end {
                flags |= frame::END_STREAM;
            }
            frame::put(&mut state.out.tail, Kind::Data, flags, stream, &data);
            let over = if end { self.direction_sent(state, stream) } else { None };
            return (SendStatus::Sent, over);
        }
        let alone = entry.send.queue.is_empty() && staged == 0 && !state.write_broken;
        if alone && data.len() >= PIECE && matches!(data, Content::Borrowed(_)) && self.0.link.takes_pieces() {
            return self.write_through(state, stream, lane, &data, first, end);
        }
        entry.send.queue.push_back(Outgoing::Message {
            lane,
            data: data.keep(),
            position: 0,
            first,
            sized: false,
            end,
        });
        entry.send.wants_writable = true;
        make_ready(state, stream);
        (SendStatus::Queued, None)
    }

    /// Writes as much of a message as credit and socket allow from where it lies. Only the rest is copied.
    fn write_through(
        &self,
        state: &mut State,
        stream: u32,
        lane: Lane,
        data: &[u8],
        first: bool,
        end: bool,
    ) -> (SendStatus, Option<Stream>) {
        let Some(entry) = state.streams.get_mut(&stream) else {
            return (SendStatus::Gone, None);
        };
        // Each with what stands before it: the header, and before the first one the size.
        let mut chunks: SmallVec<[(Before, &[u8]); CHUNKS]> = SmallVec::new();
        let mut rest = data;
        let mut before = Before::new();
        if data.len() > MAX_CHUNK {
            before.extend_from_slice(&size_frame(
                &mut entry.send.credit,
                &self.0.limits,
                stream,
                data.len(),
                first,
            ));
        }
        while !rest.is_empty() && chunks.len() < CHUNKS {
            let Some((length, flags)) = next_chunk(&mut entry.send.credit, lane, rest.len(), end) else {
                break;
            };
            let (chunk, left) = rest.split_at(length);
            rest = left;
            before.extend_from_slice(&frame::header(Kind::Data, flags, stream, length as u16));
            chunks.push((std::mem::take(&mut before), chunk));
        }
        // Without credit the size goes alone: it brings some.
        if !before.is_empty() {
            chunks.push((before, &[]));
        }
        if !rest.is_empty() {
            entry.send.queue.push_back(Outgoing::Message {
                lane,
                data: Bytes::copy_from_slice(rest),
                position: 0,
                first: false,
                sized: true,
                end,
            });
            entry.send.wants_writable = true;
            make_ready(state, stream);
        }
        let pieces: SmallVec<[IoSlice<'_>; 2 * CHUNKS]> = chunks
            .iter()
            .flat_map(|(before, chunk)| [IoSlice::new(before), IoSlice::new(chunk)])
            .collect();
        // Where it fails, writing the rest finds out what is wrong.
        let mut written = self.0.link.try_write_vectored(&pieces).unwrap_or_default();
        state.out.wrote(written);
        for piece in &pieces {
            let taken = written.min(piece.len());
            written -= taken;
            let left = &piece[taken..];
            if left.len() < PIECE {
                state.out.tail.extend_from_slice(left);
            } else {
                state.out.put_shared(Bytes::copy_from_slice(left));
            }
        }
        if !rest.is_empty() {
            return (SendStatus::Queued, None);
        }
        let over = if end { self.direction_sent(state, stream) } else { None };
        (SendStatus::Sent, over)
    }

    /// Ends this direction without another message.
    pub fn finish(&self, stream: u32) -> SendStatus {
        let mut state = self.0.state.lock();
        self.end_with(&mut state, stream, Outgoing::End)
    }

    /// Ends the call with an error after everything that was sent before it (worker's side).
    pub fn fail_call(&self, stream: u32, error: &Error) -> SendStatus {
        let mut state = self.0.state.lock();
        self.end_with(&mut state, stream, Outgoing::Error(encode_error(error)))
    }

    /// Ends the call from the caller's side. After a kill the stream is forgotten and its observer hears no more.
    pub fn cancel(&self, stream: u32, cancel: Cancel) {
        // Declared before the guard: dropped after the lock is open again.
        let _over;
        let mut state = self.0.state.lock();
        if !state.streams.contains_key(&stream) {
            return;
        }
        put_cancel(&mut state, stream, cancel);
        if cancel == Cancel::Kill {
            _over = state.streams.remove(&stream);
        }
    }

    /// The consumer has taken messages of this cost: the peer may send as much again.
    pub fn consumed(&self, stream: u32, cost: u64) {
        let mut guard = self.0.state.lock();
        let state = &mut *guard;
        let Some(entry) = state.streams.get_mut(&stream) else {
            return;
        };
        let receive = &mut entry.receive;
        receive.outstanding = receive.outstanding.saturating_sub(cost);
        let mut grant = u32::try_from(cost).unwrap_or(u32::MAX);
        if receive.outstanding == 0 {
            grant = grant.saturating_add(std::mem::take(&mut receive.partial_cost));
        }
        super::inbound::grant(&mut state.out.tail, stream, receive, grant, self.0.limits.window);
    }

    /// Writes what the socket takes now; the writer task does the rest.
    pub fn flush(&self) {
        let (drained, over) = {
            let mut state = self.0.state.lock();
            while !state.write_broken {
                self.pump(&mut state);
                if state.staged() == 0 {
                    break;
                }
                let large = state.staged() >= state.stage;
                match state.out.write(|pieces| self.0.link.try_write_vectored(pieces)) {
                    Ok(()) if large && state.staged() == 0 => state.stage = STAGE_MOST.min(state.stage * 2),
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        state.stage = STAGE;
                        if !self.0.link.goes_on() {
                            self.0.wake_writer.notify_one();
                        }
                        break;
                    }
                    Err(error) => {
                        // The peer may have answered calls before it went: the reader reads that first, then the end.
                        tracing::debug!(peer = %self.0.peer, %error, "cannot write");
                        state.write_broken = true;
                    }
                }
            }
            if state.rests() {
                self.0.idle.notify_waiters();
            }
            (std::mem::take(&mut state.drained), std::mem::take(&mut state.over))
        };
        drop(over);
        if !drained.is_empty() {
            for observer in drained {
                observer.writable();
            }
            (self.0.hooks.batch_end)();
        }
    }

    /// Frames queued messages, one chunk a stream in turn, until the stage is full.
    fn pump(&self, state: &mut State) {
        while state.staged() < state.stage {
            let Some(stream) = state.ready.pop_front() else { return };
            let Some(entry) = state.streams.get_mut(&stream) else {
                continue;
            };
            entry.send.in_ready = false;
            let Some(head) = entry.send.queue.front_mut() else {
                continue;
            };
            let over;
            match head {
                Outgoing::Message {
                    lane,
                    data,
                    position,
                    first,
                    sized,
                    end,
                } => {
                    let left = data.len() - *position;
                    if *position == 0 && left > MAX_CHUNK && !std::mem::replace(sized, true) {
                        let size = size_frame(&mut entry.send.credit, &self.0.limits, stream, left, *first);
                        state.out.tail.extend_from_slice(&size);
                    }
                    let Some((chunk, flags)) = next_chunk(&mut entry.send.credit, *lane, left, *end) else {
                        continue;
                    };
                    let last = chunk == left;
                    over = last && *end;
                    let part = *position..*position + chunk;
                    if chunk >= PIECE && self.0.link.takes_pieces() {
                        frame::put_header(&mut state.out.tail, Kind::Data, flags, stream, chunk as u16);
                        state.out.put_shared(data.slice(part));
                    } else {
                        frame::put(&mut state.out.tail, Kind::Data, flags, stream, &data[part]);
                    }
                    *position += chunk;
                    if last {
                        entry.send.queue.pop_front();
                    }
                }
                Outgoing::End => {
                    frame::put(&mut state.out.tail, Kind::Data, frame::END_STREAM, stream, &[]);
                    over = true;
                    entry.send.queue.pop_front();
                }
                Outgoing::Error(payload) => {
                    frame::put(&mut state.out.tail, Kind::Error, 0, stream, payload);
                    over = true;
                    entry.send.queue.pop_front();
                }
            }
            if entry.send.queue.is_empty() {
                if std::mem::take(&mut entry.send.wants_writable) && !over {
                    state.drained.push(Arc::clone(&entry.observer));
                }
            } else {
                make_ready(state, stream);
            }
            if over {
                let ended = self.direction_sent(state, stream);
                state.over.extend(ended);
            }
        }
    }

    fn end_with(&self, state: &mut State, stream: u32, last: Outgoing) -> SendStatus {
        let Some(entry) = state.streams.get_mut(&stream) else {
            return SendStatus::Gone;
        };
        if entry.send.ended {
            return SendStatus::Gone;
        }
        entry.send.ended = true;
        entry.send.queue.push_back(last);
        make_ready(state, stream);
        SendStatus::Sent
    }

    /// Our direction is framed to its end. A worker's response ends the call; a caller's request does not.
    fn direction_sent(&self, state: &mut State, stream: u32) -> Option<Stream> {
        self.0.acceptor.as_ref()?;
        state.streams.remove(&stream)
    }
}

pub(super) fn make_ready(state: &mut State, stream: u32) {
    if let Some(entry) = state.streams.get_mut(&stream)
        && !entry.send.in_ready
        && !entry.send.queue.is_empty()
    {
        entry.send.in_ready = true;
        state.ready.push_back(stream);
    }
}

pub(super) fn put_cancel(state: &mut State, stream: u32, cancel: Cancel) {
    frame::put(
        &mut state.out.tail,
        Kind::Cancel,
        0,
        stream,
        &[if cancel == Cancel::Kill { 1 } else { 0 }],
    );
}

pub(super) fn put_error(state: &mut State, stream: u32, error: &Error, refused: bool) {
    let flags = if refused { frame::REFUSED } else { 0 };
    frame::put(&mut state.out.tail, Kind::Error, flags, stream, &encode_error(error));
}

pub(super) fn lost(peer: &str, why: &str) -> Error {
    Error::new(
        ErrorCode::Unavailable,
        format!("the connection to {peer} was lost: {why}"),
    )
}
