use std::{collections::VecDeque, sync::Arc, time::Instant};

use bytes::Bytes;
use rustc_hash::FxHashMap;

use crate::{
    Error,
    payload::Lane,
    wire::frame::{self, HEADER, Header, Kind, MAX_CHUNK},
};

use super::{Limits, StreamObserver, output::Output};

/// Bytes of framed output beyond which messages wait in their streams' queues, so that control frames overtake them.
pub(super) const STAGE: usize = 128 * 1024;

/// What [`STAGE`] grows to while the socket takes all that it is given: then nothing waits, and larger writes are less work for
/// both sides.
pub(super) const STAGE_MOST: usize = 1024 * 1024;

/// Framed output beyond which no new call is opened: the peer has stopped reading.
pub(super) const STAGE_CEILING: usize = 8 * 1024 * 1024;

/// Framed output beyond which a peer that goes on sending is given up. Above the ceiling for calls, which answers to
/// what the peer sends may exceed a little.
pub(super) const STAGE_LIMIT: usize = 2 * STAGE_CEILING;

/// Entries of the stream table that are kept when nothing is open.
const KEPT_STREAMS: usize = 1024;

pub(super) struct State {
    pub out: Output,
    /// Framed output beyond which messages wait now: from [`STAGE`] to [`STAGE_MOST`].
    pub stage: usize,
    pub streams: FxHashMap<u32, Stream>,
    /// Streams that have something to frame and credit for it, in turn.
    pub ready: VecDeque<u32>,
    /// Observers to be told, outside of the lock, that their queue is empty.
    pub drained: Vec<Arc<dyn StreamObserver>>,
    /// Streams that ended while their queue was framed; dropped outside of the lock, for an observer may hold anything.
    pub over: Vec<Stream>,
    /// The peer takes nothing any more. The reader finds the end, after it has read what the peer sent before.
    pub write_broken: bool,
    pub next_stream: u32,
    /// Highest stream that the peer opened.
    pub highest_taken: u32,
    /// No new calls: the peer said so, or we do.
    pub going_away: bool,
    pub dead: Option<Error>,
    /// When the timer task looks at deadlines next.
    pub timer_at: Option<Instant>,
    pub last_heard: Instant,
    /// The peer was pinged and has said nothing since.
    pub pinged: bool,
    /// A large data frame of which a part has come.
    pub cut: Option<CutFrame>,
}

/// A data frame whose rest has not come. What has come stands with its stream already.
pub(super) struct CutFrame {
    pub header: Header,
    pub left: usize,
}

impl State {
    pub fn new() -> Self {
        Self {
            out: Output::with_capacity(16 * 1024),
            stage: STAGE,
            streams: FxHashMap::default(),
            ready: VecDeque::new(),
            drained: Vec::new(),
            over: Vec::new(),
            write_broken: false,
            next_stream: 1,
            highest_taken: 0,
            going_away: false,
            dead: None,
            timer_at: None,
            last_heard: Instant::now(),
            pinged: false,
            cut: None,
        }
    }

    pub fn accepts_calls(&self) -> bool {
        !self.going_away && !self.write_broken && self.dead.is_none()
    }

    pub fn staged(&self) -> usize {
        self.out.staged()
    }

    /// Whether no call is open and the socket has everything. If so, lets go of what a burst of calls took.
    pub fn rests(&mut self) -> bool {
        if !self.streams.is_empty() || self.staged() > 0 {
            return false;
        }
        if self.streams.capacity() > 2 * KEPT_STREAMS {
            self.streams.shrink_to(KEPT_STREAMS);
            self.ready.shrink_to(KEPT_STREAMS);
        }
        true
    }
}

pub(super) struct Stream {
    pub observer: Arc<dyn StreamObserver>,
    /// What is cut off together; 0 on the caller's side.
    pub group: u64,
    pub deadline: Option<Instant>,
    /// Where the frame that opened the call ends in the output; 0 on the worker's side.
    pub open_end: u64,
    pub send: SendHalf,
    pub receive: ReceiveHalf,
}

pub(super) struct SendHalf {
    pub queue: VecDeque<Outgoing>,
    /// Bytes that the peer still takes.
    pub credit: u64,
    pub in_ready: bool,
    /// The last thing of this direction has been queued.
    pub ended: bool,
    /// A message has been queued or framed.
    pub messages: bool,
    /// The observer wants to hear when the queue is empty.
    pub wants_writable: bool,
}

/// Takes the cost of the next chunk of a message off the credit. Gives its length and the flags of its frame, or nothing
/// while credit is missing. `left`: what is to be sent of the message; `end`: it ends this direction.
#[inline]
pub(super) fn next_chunk(credit: &mut u64, lane: Lane, left: usize, end: bool) -> Option<(usize, u8)> {
    let room = credit.checked_sub(HEADER as u64)?;
    if room == 0 && left > 0 {
        return None;
    }
    let chunk = left.min(MAX_CHUNK).min(usize::try_from(room).unwrap_or(usize::MAX));
    let mut flags = frame::lane_flag(lane);
    if chunk == left {
        flags |= frame::END_MESSAGE;
        if end {
            flags |= frame::END_STREAM;
        }
    }
    *credit -= (HEADER + chunk) as u64;
    Some((chunk, flags))
}

/// The frame that says how large a message is. If it is the first one, and the peer gives its credit with that, takes it.
pub(super) fn size_frame(credit: &mut u64, limits: &Limits, stream: u32, size: usize, first: bool) -> [u8; HEADER + 4] {
    let size = u32::try_from(size).unwrap_or(u32::MAX);
    let granted = first && size <= limits.peer_first_message;
    if granted {
        *credit = cost_of(size).max(*credit);
    }
    let flags = if granted { frame::GRANTED } else { 0 };
    let mut bytes = [0; HEADER + 4];
    bytes[..HEADER].copy_from_slice(&frame::header(Kind::Size, flags, stream, 4));
    bytes[HEADER..].copy_from_slice(&size.to_be_bytes());
    bytes
}

/// What a message of that size costs, unless it is cut into more frames than it has to be.
pub(super) fn cost_of(size: u32) -> u64 {
    u64::from(size) + u64::from(size.div_ceil(MAX_CHUNK as u32)) * HEADER as u64
}

pub(super) enum Outgoing {
    Message {
        lane: Lane,
        data: Bytes,
        position: usize,
        /// The first one of its direction.
        first: bool,
        /// The peer was told how large it is.
        sized: bool,
        end: bool,
    },
    End,
    Error(Vec<u8>),
}

pub(super) struct ReceiveHalf {
    /// Chunks of a message whose end has not come.
    pub partial: Vec<u8>,
    /// Cost of those chunks that has not been granted again.
    pub partial_cost: u32,
    /// Cost of messages that the consumer has but did not take yet.
    pub outstanding: u64,
    /// Bytes that the peer may still send.
    pub credit: u64,
    /// Cost to give back with the next credit frame.
    pub to_grant: u32,
    /// Credit beyond the window, given for one large message: as much is not given back.
    pub extra: u32,
    /// Bytes that are still to come of a message whose size was said.
    pub awaited: u32,
    pub messages: bool,
    pub ended: bool,
    /// The request is a stream; otherwise exactly one message comes. Worker's side only.
    pub many: bool,
}

impl Stream {
    pub fn new(
        observer: Arc<dyn StreamObserver>,
        group: u64,
        limits: &Limits,
        deadline: Option<Instant>,
        open_end: u64,
        many: bool,
    ) -> Self {
        Self {
            observer,
            group,
            deadline,
            open_end,
            send: SendHalf {
                queue: VecDeque::new(),
                credit: u64::from(limits.peer_window),
                in_ready: false,
                ended: false,
                messages: false,
                wants_writable: false,
            },
            receive: ReceiveHalf {
                partial: Vec::new(),
                partial_cost: 0,
                outstanding: 0,
                credit: u64::from(limits.window),
                to_grant: 0,
                extra: 0,
                awaited: 0,
                messages: false,
                ended: false,
                many,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;

    impl StreamObserver for Nobody {
        fn message(&self, _lane: Lane, _data: &[u8], _cost: u32) {}
        fn end(self: Arc<Self>, _end: super::super::End) {}
    }

    #[test]
    fn a_burst_of_streams_leaves_a_small_table() {
        let limits = Limits {
            window: 1,
            max_message: 1,
            first_message: 0,
            peer_window: 1,
            peer_max_message: 1,
            peer_first_message: 0,
            keep_alive: std::time::Duration::MAX,
        };
        let mut state = State::new();
        for id in 0..100_000 {
            state
                .streams
                .insert(id, Stream::new(Arc::new(Nobody), 0, &limits, None, 0, true));
            state.ready.push_back(id);
        }
        assert!(!state.rests());
        state.streams.clear();
        state.ready.clear();
        state.out.tail.push(0);
        assert!(!state.rests());
        assert_eq!(state.out.write(|_| Ok::<usize, ()>(1)), Ok(()));
        assert!(state.rests());
        assert!(
            state.streams.capacity() <= 4 * KEPT_STREAMS,
            "{}",
            state.streams.capacity()
        );
        assert!(state.ready.capacity() <= 4 * KEPT_STREAMS);
    }
}
