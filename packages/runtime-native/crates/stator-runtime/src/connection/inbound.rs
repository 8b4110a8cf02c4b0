use std::{
    collections::hash_map::Entry,
    iter::Peekable,
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
    vec::Drain,
};

use crate::{
    Error, ErrorCode,
    payload::Lane,
    wire::{
        frame::{self, Cancel, HEADER, Header, Kind},
        open,
    },
};

use super::{
    Accepted, Connection, End, Message, StreamObserver,
    connection_state::{CutFrame, ReceiveHalf, STAGE_CEILING, STAGE_LIMIT, State, Stream, cost_of},
    outbound::{make_ready, put_cancel, put_error},
};

/// Memory that is taken for a message before it has come, in bytes.
const RESERVED: usize = 4 * 1024 * 1024;

/// A data frame that is longer is taken as it comes; a shorter one is put together first.
const LARGE: usize = if cfg!(fuzzing) { 64 } else { 4 * 1024 };

/// Something for an observer, collected under the lock and told outside of it.
pub(super) struct Event {
    /// `None`: the same as before, a whole message behind another one.
    pub observer: Option<Arc<dyn StreamObserver>>,
    pub what: What,
}

pub(super) enum What {
    /// A message that came in one chunk: where it lies in the read buffer.
    Whole {
        lane: Lane,
        range: Range<usize>,
        cost: u32,
        /// The peer's direction ended well with it.
        last: bool,
    },
    /// A message that was put together from chunks.
    Assembled {
        lane: Lane,
        data: Vec<u8>,
        cost: u32,
    },
    End(End),
    Cancelled(Cancel),
}

/// The stream of the newest event, if that is a whole message: where the next one may be told together with it.
#[derive(Default)]
struct Run {
    stream: u32,
    /// How many events there were with it.
    events: usize,
}

impl Connection {
    /// Takes every whole frame in `buffer`; returns how many bytes they take. An error is fatal for the connection.
    pub(super) fn take_frames(&self, buffer: &[u8], events: &mut Vec<Event>) -> Result<usize, Error> {
        let mut guard = self.0.state.lock();
        let state = &mut *guard;
        if state.dead.is_some() {
            // It was ended while this was being read: nothing may begin on it.
            return Ok(buffer.len());
        }
        state.last_heard = Instant::now();
        state.pinged = false;
        let mut position = self.take_rest(state, buffer, events)?;
        let mut run = Run::default();
        while let Some(header) = buffer
            .get(position..position + HEADER)
            .and_then(|bytes| bytes.try_into().ok())
        {
            let header = Header::parse(header);
            let start = position + HEADER;
            let end = start + usize::from(header.length);
            if end > buffer.len() {
                if header.kind == Kind::Data as u8 && usize::from(header.length) > LARGE {
                    self.take_start(state, header, &buffer[start..], events)?;
                    position = buffer.len();
                }
                break;
            }
            self.take_frame(state, header, buffer, start..end, events, &mut run)?;
            position = end;
        }
        if state.staged() > STAGE_LIMIT {
            return Err(self.violation("it sends, but does not read what it is sent"));
        }
        Ok(position)
    }

    fn take_frame(
        &self,
        state: &mut State,
        header: Header,
        buffer: &[u8],
        range: Range<usize>,
        events: &mut Vec<Event>,
        run: &mut Run,
    ) -> Result<(), Error> {
        let payload = &buffer[range.clone()];
        let answers = self.0.acceptor.is_some();
        match Kind::from_u8(header.kind) {
            // Only one side sends these: from the other one they would end a call that its owner still waits for.
            Some(Kind::Error | Kind::GoAway) if answers => {
                Err(self.violation("an answer towards the side that answers"))
            }
            Some(Kind::Cancel) if !answers => Err(self.violation("a cancel towards the side that calls")),
            Some(Kind::Data) => self.take_data(state, header, payload, range, events, run),
            Some(Kind::Open) => self.take_open(state, header.stream, payload),
            Some(Kind::Error) => {
                let Some(stream) = state.streams.remove(&header.stream) else {
                    return Ok(());
                };
                let error = serde_json::from_slice(payload).unwrap_or_else(|_| {
                    Error::new(
                        ErrorCode::Protocol,
                        format!("{} sent an error that is not readable", self.0.peer),
                    )
                });
                let refused = header.flags & frame::REFUSED != 0;
                events.push(Event {
                    observer: Some(stream.observer),
                    what: What::End(End::Failed { error, refused }),
                });
                Ok(())
            }
            Some(Kind::Cancel) => {
                let kill = payload.first() != Some(&0);
                let observer = if kill {
                    state.streams.remove(&header.stream).map(|stream| stream.observer)
                } else {
                    state
                        .streams
                        .get(&header.stream)
                        .map(|stream| Arc::clone(&stream.observer))
                };
                if observer.is_some() {
                    let cancel = if kill { Cancel::Kill } else { Cancel::Stop };
                    events.push(Event {
                        observer,
                        what: What::Cancelled(cancel),
                    });
                }
                Ok(())
            }
            Some(Kind::Credit) => {
                let bytes = payload
                    .try_into()
                    .map_err(|_| self.violation("a credit frame of a wrong length"))?;
                if let Some(stream) = state.streams.get_mut(&header.stream) {
                    stream.send.credit = stream.send.credit.saturating_add(u64::from(u32::from_be_bytes(bytes)));
                    make_ready(state, header.stream);
                }
                Ok(())
            }
            Some(Kind::Size) => {
                let bytes = payload
                    .try_into()
                    .map_err(|_| self.violation("a size of a wrong length"))?;
                let granted = header.flags & frame::GRANTED != 0;
                self.take_size(state, header.stream, u32::from_be_bytes(bytes), granted);
                Ok(())
            }
            Some(Kind::Ping) => {
                if payload.len() != 8 {
                    return Err(self.violation("a ping of a wrong length"));
                }
                if state.staged() < STAGE_CEILING {
                    frame::put(&mut state.out.tail, Kind::Pong, 0, 0, payload);
                }
                Ok(())
            }
            Some(Kind::GoAway) => {
                state.going_away = true;
                let highest = payload
                    .try_into()
                    .map(u32::from_be_bytes)
                    .map_err(|_| self.violation("a short go-away"))?;
                let refused: Vec<u32> = state.streams.keys().copied().filter(|id| *id > highest).collect();
                for id in refused {
                    if let Some(stream) = state.streams.remove(&id) {
                        let error = Error::new(ErrorCode::ShuttingDown, format!("{} is going away", self.0.peer));
                        let end = End::Failed { error, refused: true };
                        events.push(Event {
                            observer: Some(stream.observer),
                            what: What::End(end),
                        });
                    }
                }
                Ok(())
            }
            Some(Kind::Pong) | None => Ok(()),
        }
    }

    fn take_open(&self, state: &mut State, stream: u32, payload: &[u8]) -> Result<(), Error> {
        let Some(acceptor) = &self.0.acceptor else {
            return Err(self.violation("a call towards the side that dialled"));
        };
        if stream <= state.highest_taken {
            return Err(self.violation("a stream number that was used before"));
        }
        state.highest_taken = stream;
        let Some(open) = open::decode(payload) else {
            return Err(self.violation("an open frame that is not readable"));
        };
        if state.going_away {
            // The peer takes it elsewhere as soon as it reads our go-away: nobody may begin it here.
            let error = Error::new(ErrorCode::ShuttingDown, "this worker takes no more calls");
            put_error(state, stream, &error, true);
            return Ok(());
        }
        let now = state.last_heard;
        let deadline = open
            .timeout_ms
            .and_then(|timeout| now.checked_add(Duration::from_millis(u64::from(timeout))));
        let many = open.request_stream;
        match acceptor.open(self, stream, open, now) {
            Ok(Accepted { observer, group }) => {
                state
                    .streams
                    .insert(stream, Stream::new(observer, group, &self.0.limits, deadline, 0, many));
                if let Some(deadline) = deadline {
                    self.watch_deadline(state, deadline);
                }
            }
            Err(error) => put_error(state, stream, &error, true),
        }
        Ok(())
    }

    /// Makes room for a message that is larger than the window, so that its writer need not wait for each part of it. It
    /// is put together here whatever its size, so this holds no more than waiting would, if the consumer is waiting.
    ///
    /// `granted`: the peer takes the credit for it as given.
    fn take_size(&self, state: &mut State, stream: u32, size: u32, granted: bool) {
        let Some(entry) = state.streams.get_mut(&stream) else {
            return;
        };
        let receive = &mut entry.receive;
        let idle = receive.partial.is_empty() && receive.outstanding == 0 && receive.extra == 0;
        if !idle || receive.ended || size > self.0.limits.max_message {
            return;
        }
        // More is reserved when it has come: a peer cannot take memory by a number.
        receive.partial.reserve_exact((size as usize).min(RESERVED));
        receive.awaited = size;
        let missing = u32::try_from(cost_of(size).saturating_sub(receive.credit)).unwrap_or(u32::MAX);
        if missing > 0 {
            receive.extra = missing;
            receive.credit += u64::from(missing);
            if granted && !receive.messages && size <= self.0.limits.first_message {
                return;
            }
            frame::put(&mut state.out.tail, Kind::Credit, 0, stream, &missing.to_be_bytes());
        }
    }

    /// Takes the start of a large data frame, so that nothing of it is copied twice.
    fn take_start(
        &self,
        state: &mut State,
        header: Header,
        start: &[u8],
        events: &mut Vec<Event>,
    ) -> Result<(), Error> {
        let length = usize::from(header.length);
        if let Some(receive) = self.charge(state, header, events)? {
            receive.partial.reserve(length);
            receive.partial.extend_from_slice(start);
        }
        let left = length - start.len();
        state.cut = Some(CutFrame { header, left });
        Ok(())
    }

    /// Takes what `buffer` has of a frame whose start was taken; returns how much that is.
    fn take_rest(&self, state: &mut State, buffer: &[u8], events: &mut Vec<Event>) -> Result<usize, Error> {
        let Some(cut) = &mut state.cut else { return Ok(0) };
        let rest = &buffer[..cut.left.min(buffer.len())];
        cut.left -= rest.len();
        let (header, whole) = (cut.header, cut.left == 0);
        if whole {
            state.cut = None;
        }
        // Its stream may be over since, or have been refused when the frame began.
        if let Some(stream) = state.streams.get_mut(&header.stream) {
            stream.receive.partial.extend_from_slice(rest);
            if whole {
                self.settle(state, header, None, events)?;
            }
        }
        Ok(rest.len())
    }

    #[inline]
    fn take_data(
        &self,
        state: &mut State,
        header: Header,
        payload: &[u8],
        range: Range<usize>,
        events: &mut Vec<Event>,
        run: &mut Run,
    ) -> Result<(), Error> {
        if self.take_whole(state, header, &range, events, run) {
            return Ok(());
        }
        match self.charge(state, header, events)? {
            None => Ok(()),
            Some(_) => self.settle(state, header, Some(payload), events),
        }
    }

    /// Takes a message that came in one frame, if nothing is to be said to it: what nearly all frames are, with one look for their
    /// stream. `false`: nothing was done.
    #[inline]
    fn take_whole(
        &self,
        state: &mut State,
        header: Header,
        range: &Range<usize>,
        events: &mut Vec<Event>,
        run: &mut Run,
    ) -> bool {
        let Entry::Occupied(mut entry) = state.streams.entry(header.stream) else {
            return false;
        };
        let Stream { receive, observer, .. } = entry.get_mut();
        let cost = (HEADER + range.len()) as u32;
        let plain = header.flags & frame::END_MESSAGE != 0
            && receive.partial.is_empty()
            && !receive.ended
            && receive.credit >= u64::from(cost)
            && (receive.many || !receive.messages)
            && range.len() <= self.0.limits.max_message as usize;
        if !plain {
            return false;
        }
        receive.credit -= u64::from(cost);
        receive.messages = true;
        receive.awaited = 0;
        let cost = cost + std::mem::take(&mut receive.partial_cost);
        receive.outstanding += u64::from(cost);
        let last = header.flags & frame::END_STREAM != 0;
        let follows = run.stream == header.stream && run.events == events.len();
        let observer = if last && self.0.acceptor.is_none() {
            let stream = entry.remove();
            (!follows).then_some(stream.observer)
        } else {
            receive.ended = last;
            (!follows).then(|| Arc::clone(observer))
        };
        let (lane, range) = (frame::lane_of(header.flags), range.clone());
        let what = What::Whole {
            lane,
            range,
            cost,
            last,
        };
        events.push(Event { observer, what });
        *run = Run {
            stream: header.stream,
            events: events.len(),
        };
        true
    }

    /// Takes the cost of a data frame off the credit. Gives nothing where the frame is to be dropped.
    #[inline]
    fn charge<'a>(
        &self,
        state: &'a mut State,
        header: Header,
        events: &mut Vec<Event>,
    ) -> Result<Option<&'a mut ReceiveHalf>, Error> {
        // Streams end on one side while the other still sends: what comes for them is dropped.
        let Some(stream) = state.streams.get_mut(&header.stream) else {
            return Ok(None);
        };
        let receive = &mut stream.receive;
        if receive.ended {
            return Err(self.violation("data after the end of a stream"));
        }
        let length = usize::from(header.length);
        if header.flags & frame::END_MESSAGE != 0 || length > 0 {
            let cost = (HEADER + length) as u64;
            if receive.credit < cost {
                return Err(self.violation("more data than there was credit for"));
            }
            receive.credit -= cost;
            if receive.messages && !receive.many {
                let error = Error::new(ErrorCode::Protocol, "a second message on a call with a single request");
                self.give_up(state, header.stream, error, events);
                return Ok(None);
            }
            if receive.partial.len() + length > self.0.limits.max_message as usize {
                let error = Error::new(
                    ErrorCode::PayloadTooLarge,
                    format!(
                        "a message of more than {} bytes; raise maxMessageBytes",
                        self.0.limits.max_message
                    ),
                );
                self.give_up(state, header.stream, error, events);
                return Ok(None);
            }
        }
        Ok(state.streams.get_mut(&header.stream).map(|stream| &mut stream.receive))
    }

    /// What a whole data frame means that is no [whole message](Self::take_whole), and whose cost is paid. Without `piece` its payload stands with its stream already.
    #[inline]
    fn settle(
        &self,
        state: &mut State,
        header: Header,
        piece: Option<&[u8]>,
        events: &mut Vec<Event>,
    ) -> Result<(), Error> {
        let Some(stream) = state.streams.get_mut(&header.stream) else {
            return Ok(());
        };
        let receive = &mut stream.receive;
        let ends_message = header.flags & frame::END_MESSAGE != 0;
        let lane = frame::lane_of(header.flags);
        if ends_message || header.length > 0 {
            let cost = (HEADER + usize::from(header.length)) as u32;
            if ends_message {
                receive.messages = true;
                receive.awaited = 0;
                let cost = cost + std::mem::take(&mut receive.partial_cost);
                receive.outstanding += u64::from(cost);
                let mut data = std::mem::take(&mut receive.partial);
                if let Some(payload) = piece {
                    data.extend_from_slice(payload);
                }
                let what = What::Assembled { lane, data, cost };
                events.push(Event {
                    observer: Some(Arc::clone(&stream.observer)),
                    what,
                });
            } else {
                if let Some(payload) = piece {
                    receive.partial.extend_from_slice(payload);
                }
                receive.partial_cost += cost;
                receive.awaited = receive.awaited.saturating_sub(u32::from(header.length));
                let paid = receive.awaited > 0 && receive.credit >= cost_of(receive.awaited);
                // A message larger than the window must not starve for its own rest, unless there is credit for all of it; but
                // while the consumer holds earlier messages their credit stays with it, or a slow reader would not slow its
                // writer.
                if receive.outstanding == 0 && !paid {
                    let cost = std::mem::take(&mut receive.partial_cost);
                    grant(&mut state.out.tail, header.stream, receive, cost, self.0.limits.window);
                }
            }
        }
        if header.flags & frame::END_STREAM != 0 {
            if !receive.partial.is_empty() {
                let error = Error::new(ErrorCode::Protocol, "the stream ended in the middle of a message");
                self.give_up(state, header.stream, error, events);
                return Ok(());
            }
            if self.0.acceptor.is_none() {
                if let Some(stream) = state.streams.remove(&header.stream) {
                    events.push(Event {
                        observer: Some(stream.observer),
                        what: What::End(End::Finished),
                    });
                }
            } else if let Some(stream) = state.streams.get_mut(&header.stream) {
                stream.receive.ended = true;
                if !stream.receive.many && !stream.receive.messages {
                    let error = Error::new(
                        ErrorCode::Protocol,
                        "the request is missing: the stream ended without it",
                    );
                    self.give_up(state, header.stream, error, events);
                } else {
                    let observer = Some(Arc::clone(&stream.observer));
                    events.push(Event {
                        observer,
                        what: What::End(End::Finished),
                    });
                }
            }
        }
        Ok(())
    }

    /// Ends one call because of what the peer sent on it; the connection and its other calls go on.
    fn give_up(&self, state: &mut State, id: u32, error: Error, events: &mut Vec<Event>) {
        let Some(stream) = state.streams.remove(&id) else {
            return;
        };
        if self.0.acceptor.is_some() {
            put_error(state, id, &error, false);
        } else {
            put_cancel(state, id, Cancel::Kill);
        }
        events.push(Event {
            observer: Some(stream.observer),
            what: What::End(End::Failed { error, refused: false }),
        });
    }

    fn violation(&self, what: &str) -> Error {
        Error::new(
            ErrorCode::Protocol,
            format!("{} broke the protocol: {what}", self.0.peer),
        )
    }

    /// Tells observers what happened; `buffer` is the one that the events point into.
    pub(super) fn deliver(&self, buffer: &[u8], events: &mut Vec<Event>) {
        if events.is_empty() {
            return;
        }
        let mut events = events.drain(..).peekable();
        while let Some(Event { observer, what }) = events.next() {
            // The first of a run has one.
            let Some(observer) = observer else { continue };
            match what {
                What::Whole {
                    lane,
                    range,
                    cost,
                    last,
                } => {
                    let data = &buffer[range];
                    if deliver_run(&*observer, buffer, Message { lane, data, cost }, &mut events) || last {
                        observer.end(End::Finished);
                    }
                }
                What::Assembled { lane, data, cost } => observer.large_message(lane, data, cost),
                What::End(end) => observer.end(end),
                What::Cancelled(cancel) => observer.cancelled(cancel),
            }
        }
        drop(events);
        (self.0.hooks.batch_end)();
    }
}

/// Tells an observer of a message and of those behind it that are its own. Says whether its stream ended well with them.
fn deliver_run(
    observer: &dyn StreamObserver,
    buffer: &[u8],
    first: Message<'_>,
    events: &mut Peekable<Drain<'_, Event>>,
) -> bool {
    let mut next = move || {
        let event = events.next_if(|event| event.observer.is_none())?;
        let What::Whole {
            lane,
            range,
            cost,
            last,
        } = event.what
        else {
            return None;
        };
        let data = &buffer[range];
        Some((Message { lane, data, cost }, last))
    };
    let Some((second, mut ended)) = next() else {
        observer.message(first.lane, first.data, first.cost);
        return false;
    };
    let rest = std::iter::from_fn(|| {
        let (message, last) = next()?;
        ended |= last;
        Some(message)
    });
    let mut all = [first, second].into_iter().chain(rest);
    observer.messages(&mut all);
    // What it has not looked at is not for the next one.
    all.by_ref().for_each(drop);
    drop(all);
    ended
}

/// Gives credit back, in steps of a quarter of the window.
pub(super) fn grant(out: &mut Vec<u8>, stream: u32, receive: &mut ReceiveHalf, cost: u32, window: u32) {
    let repaid = cost.min(receive.extra);
    receive.extra -= repaid;
    receive.to_grant = receive.to_grant.saturating_add(cost - repaid);
    if receive.ended || receive.to_grant < window / 4 {
        return;
    }
    let bytes = std::mem::take(&mut receive.to_grant);
    receive.credit += u64::from(bytes);
    frame::put(out, Kind::Credit, 0, stream, &bytes.to_be_bytes());
}
