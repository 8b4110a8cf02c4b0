//! A connection without a socket, for `fuzz`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    Error, ErrorCode,
    payload::Lane,
    transport::{Link, pair},
    wire::{frame::Cancel, open::Open},
};

use super::{
    Accepted, Acceptor, Connection, End, Hooks, Limits, OpenCall, Shared, StreamObserver, connection_state::State,
    reader::Fed,
};

/// Small, so that its ends are met.
const WINDOW: u32 = 4096;
const MAX_MESSAGE: u32 = 8192;

/// Calls that the calling side has open when the bytes come.
const CALLS: u32 = 3;

/// What observers heard, in order.
#[derive(Default)]
struct Heard(Mutex<Vec<(u32, String)>>);

struct Observer(u32, Arc<Heard>);

impl Observer {
    fn note(&self, what: String) {
        self.1.0.lock().push((self.0, what));
    }
}

impl StreamObserver for Observer {
    fn message(&self, lane: Lane, data: &[u8], cost: u32) {
        self.note(format!("{lane:?} {data:?} {cost}"));
    }

    fn end(self: Arc<Self>, end: End) {
        self.note(format!("{end:?}"));
    }

    fn cancelled(&self, cancel: Cancel) {
        self.note(format!("{cancel:?}"));
    }
}

struct Taker(Arc<Heard>);

impl Acceptor for Taker {
    fn open(&self, _: &Connection, stream: u32, open: Open<'_>, _: Instant) -> Result<Accepted, Error> {
        if open.path.is_empty() {
            return Err(Error::new(ErrorCode::NotFound, "nobody"));
        }
        let observer = Observer(stream, Arc::clone(&self.0));
        observer.note(format!("{open:?}"));
        Ok(Accepted {
            observer: Arc::new(observer),
            group: 0,
        })
    }
}

/// What the observers of each stream hear when `pieces` are fed; on the answering side if `answers`, else with a few calls open.
pub fn feed<'a>(answers: bool, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<(u32, String)> {
    let heard = Arc::<Heard>::default();
    // The other end takes what is written, until it is full.
    let (link, _other) = pair();
    let acceptor: Arc<dyn Acceptor> = Arc::new(Taker(Arc::clone(&heard)));
    let connection = Connection(Arc::new(Shared {
        link: Link::Memory(link),
        peer: "fuzz".to_owned(),
        limits: Limits {
            window: WINDOW,
            max_message: MAX_MESSAGE,
            first_message: MAX_MESSAGE / 2,
            peer_window: WINDOW,
            peer_max_message: MAX_MESSAGE,
            peer_first_message: 0,
            keep_alive: Duration::from_secs(10),
        },
        hooks: Hooks::default(),
        acceptor: answers.then_some(acceptor),
        state: Mutex::new(State::new()),
        fed: Fed::default(),
        wake_writer: Notify::new(),
        wake_timer: Notify::new(),
        idle: Notify::new(),
        closed: CancellationToken::new(),
    }));
    for number in 1..=if answers { 0 } else { CALLS } {
        let call = OpenCall {
            path: "a.b.c",
            id: "",
            request_stream: number == CALLS,
            deadline: None,
            metadata: &Vec::new(),
            contract: None,
            instance: None,
        };
        let request = (number < CALLS).then_some((Lane::Text, (&b"1"[..]).into()));
        // It fits.
        let _ = connection.open(&call, request, Arc::new(Observer(number, Arc::clone(&heard))));
    }
    // Whether the peer may have seen a call must not depend on the pieces.
    connection.flush();
    for piece in pieces {
        connection.feed(piece);
    }
    connection.feed_end();
    let mut heard = std::mem::take(&mut *heard.0.lock());
    // Between streams the order is nobody's business.
    heard.sort_by_key(|(stream, _)| *stream);
    heard
}
