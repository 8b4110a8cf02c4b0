use std::time::{Duration, Instant};

use crate::{
    Error, ErrorCode,
    wire::frame::{self, Cancel, Kind},
};

use super::{
    Connection, End,
    connection_state::{State, Stream},
    inbound::{Event, What},
    outbound::{put_cancel, put_error},
};

/// How calls, and the connection, come to an end before the peer ends them.
impl Connection {
    /// Says that no more calls are taken; open ones go on.
    pub fn go_away(&self) {
        {
            let mut state = self.0.state.lock();
            if std::mem::replace(&mut state.going_away, true) || state.dead.is_some() {
                return;
            }
            let highest = state.highest_taken;
            frame::put(&mut state.out.tail, Kind::GoAway, 0, 0, &highest.to_be_bytes());
        }
        self.flush();
    }

    /// Resolves when no call is open and everything was written, or the connection is over.
    pub async fn idle(&self) {
        loop {
            let idle = self.0.idle.notified();
            {
                let mut state = self.0.state.lock();
                if state.dead.is_some() || state.rests() {
                    return;
                }
            }
            tokio::select! {
                () = idle => {}
                () = self.0.closed.cancelled() => return,
            }
        }
    }

    /// Ends the connection; every open call is told `error`.
    pub fn close(&self, error: Error) {
        self.fail(error);
    }

    /// Lets the peer read what was written, then closes: the peer is given `patience` to close first.
    pub async fn close_gently(&self, patience: Duration, error: Error) {
        self.0.link.finish_writing();
        // Whether the peer closes in time or not, the connection ends here.
        let _ = tokio::time::timeout(patience, self.0.closed.cancelled()).await;
        self.fail(error);
    }

    /// Opens no more calls, and closes when those that are open have ended.
    pub async fn retire(&self, error: Error) {
        self.0.state.lock().going_away = true;
        self.idle().await;
        self.fail(error);
    }

    /// Ends the connection: every open call hears about it, once.
    pub(super) fn fail(&self, error: Error) {
        let (streams, _over) = {
            let mut guard = self.0.state.lock();
            let state = &mut *guard;
            if state.dead.is_some() {
                return;
            }
            state.dead = Some(error.clone());
            let written = state.out.written();
            // Whoever still holds the connection need not hold its buffers.
            state.ready = Default::default();
            state.out.drop_rest();
            let over = (std::mem::take(&mut state.drained), std::mem::take(&mut state.over));
            let streams: Vec<(Stream, bool)> = std::mem::take(&mut state.streams)
                .into_values()
                .map(|stream| {
                    let sent = stream.open_end <= written;
                    (stream, sent)
                })
                .collect();
            (streams, over)
        };
        self.0.closed.cancel();
        self.0.link.shutdown();
        let mut events = streams
            .into_iter()
            .map(|(stream, sent)| {
                let error = error.clone();
                ended(stream, End::Lost { error, sent })
            })
            .collect();
        self.deliver(&[], &mut events);
    }

    /// Ends the calls of a group that are still open: handlers hear that they failed, callers are told `error`.
    pub fn cut_off(&self, group: u64, error: &Error) {
        let told = |state: &mut State, id: u32| put_error(state, id, error, false);
        let end = || End::Failed {
            error: error.clone(),
            refused: false,
        };
        self.end_streams(|stream| stream.group == group, told, end);
        self.flush();
    }

    /// Ends the calls whose time is up.
    pub(super) fn expire_calls(&self, now: Instant) {
        if self.0.state.lock().timer_at.is_none_or(|at| at > now) {
            return;
        }
        let told = |state: &mut State, id: u32| {
            if self.0.acceptor.is_some() {
                let message = "the call's time was up before the worker ended";
                put_error(state, id, &Error::new(ErrorCode::DeadlineExceeded, message), false);
            } else {
                put_cancel(state, id, Cancel::Kill);
            }
        };
        let is_late = |stream: &Stream| stream.deadline.is_some_and(|at| at <= now);
        self.end_streams(is_late, told, || End::DeadlineExceeded);
    }

    /// Ends every stream that `which` says yes to: `told` frames what the peer hears, the observer hears `end`.
    fn end_streams(&self, which: impl Fn(&Stream) -> bool, told: impl Fn(&mut State, u32), end: impl Fn() -> End) {
        let mut events = Vec::new();
        {
            let mut guard = self.0.state.lock();
            let state = &mut *guard;
            let ids: Vec<u32> = state
                .streams
                .iter()
                .filter(|(_, stream)| which(stream))
                .map(|(id, _)| *id)
                .collect();
            for id in ids {
                if let Some(stream) = state.streams.remove(&id) {
                    told(state, id);
                    events.push(ended(stream, end()));
                }
            }
            state.timer_at = state.streams.values().filter_map(|stream| stream.deadline).min();
        }
        self.deliver(&[], &mut events);
    }
}

fn ended(stream: Stream, end: End) -> Event {
    let observer = Some(stream.observer);
    Event {
        observer,
        what: What::End(end),
    }
}
