use std::{
    io,
    time::{Duration, Instant},
};

use tokio::time::sleep_until;

use crate::{
    Error, ErrorCode,
    wire::frame::{self, Cancel, Kind},
};

use super::{
    Connection, End,
    connection_state::State,
    inbound::{Event, What},
    outbound::{lost, put_cancel, put_error},
};

/// Room for a few of the largest frames.
const READ_BUFFER: usize = 256 * 1024;

/// A dialled connection without calls is closed after this long.
const IDLE: Duration = Duration::from_secs(300);

impl Connection {
    /// Starts the reader, writer and timer tasks on the current Tokio runtime.
    pub(super) fn spawn_tasks(&self) {
        tokio::spawn(self.clone().read());
        tokio::spawn(self.clone().write());
        tokio::spawn(self.clone().keep_time());
    }

    /// Says that no more calls are taken; open ones go on.
    pub fn go_away(&self) {
        {
            let mut state = self.0.state.lock();
            if std::mem::replace(&mut state.going_away, true) {
                return;
            }
            let highest = state.highest_taken;
            frame::put(&mut state.out, Kind::GoAway, 0, 0, &highest.to_be_bytes());
        }
        self.flush();
    }

    /// Ends the connection: every open call hears about it, once.
    pub(super) fn fail(&self, error: Error) {
        let streams = {
            let mut state = self.0.state.lock();
            if state.dead.is_some() {
                return;
            }
            state.dead = Some(error.clone());
            state.ready.clear();
            state.drained.clear();
            let written = state.written();
            let streams: Vec<_> = state.streams.drain().map(|(_, stream)| stream).collect();
            streams
                .into_iter()
                .map(|stream| (stream.observer, stream.open_end <= written))
                .collect::<Vec<_>>()
        };
        self.0.closed.cancel();
        self.0.link.shutdown();
        let mut events = streams
            .into_iter()
            .map(|(observer, sent)| Event {
                observer,
                what: What::End(End::Lost {
                    error: error.clone(),
                    sent,
                }),
            })
            .collect();
        self.deliver(&[], &mut events);
    }

    async fn read(self) {
        let mut buffer = vec![0; READ_BUFFER];
        let mut filled = 0;
        let mut events = Vec::new();
        loop {
            tokio::select! {
                biased;
                () = self.0.closed.cancelled() => return,
                ready = self.0.link.readable() => if let Err(error) = ready {
                    return self.fail(lost(&self.0.peer, &error.to_string()));
                },
            }
            match self.0.link.try_read(&mut buffer[filled..]) {
                Ok(0) => return self.fail(lost(&self.0.peer, "the peer closed it")),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(error) => return self.fail(lost(&self.0.peer, &error.to_string())),
            }
            match self.take_frames(&buffer[..filled], &mut events) {
                Ok(taken) => {
                    self.deliver(&buffer, &mut events);
                    buffer.copy_within(taken..filled, 0);
                    filled -= taken;
                    self.flush();
                }
                Err(error) => {
                    self.deliver(&buffer, &mut events);
                    tracing::warn!(peer = %self.0.peer, %error, "connection closed");
                    return self.fail(error);
                }
            }
        }
    }

    async fn write(self) {
        loop {
            tokio::select! {
                () = self.0.closed.cancelled() => return,
                () = self.0.wake_writer.notified() => {}
            }
            tokio::select! {
                () = self.0.closed.cancelled() => return,
                ready = self.0.link.writable() => if let Err(error) = ready {
                    return self.fail(lost(&self.0.peer, &error.to_string()));
                },
            }
            self.flush();
        }
    }

    /// Makes sure that the timer task looks again when `deadline` comes.
    pub(super) fn watch_deadline(&self, state: &mut State, deadline: Instant) {
        if state.timer_at.is_none_or(|at| deadline < at) {
            state.timer_at = Some(deadline);
            self.0.wake_timer.notify_one();
        }
    }

    async fn keep_time(self) {
        let keep_alive = self.0.limits.keep_alive;
        let mut next_look = Instant::now() + keep_alive;
        loop {
            let wake_at = self.0.state.lock().timer_at.map_or(next_look, |at| at.min(next_look));
            tokio::select! {
                () = self.0.closed.cancelled() => return,
                () = self.0.wake_timer.notified() => {}
                () = sleep_until(wake_at.into()) => {}
            }
            let now = Instant::now();
            self.expire_calls(now);
            if now >= next_look {
                next_look = now + keep_alive;
                if let Some(error) = self.look_after_peer(now) {
                    return self.fail(error);
                }
            }
            self.flush();
        }
    }

    fn expire_calls(&self, now: Instant) {
        let mut events = Vec::new();
        {
            let mut guard = self.0.state.lock();
            let state = &mut *guard;
            if state.timer_at.is_none_or(|at| at > now) {
                return;
            }
            let expired: Vec<u32> = state
                .streams
                .iter()
                .filter(|(_, stream)| stream.deadline.is_some_and(|at| at <= now))
                .map(|(id, _)| *id)
                .collect();
            for id in expired {
                let Some(stream) = state.streams.remove(&id) else {
                    continue;
                };
                if self.0.acceptor.is_some() {
                    let error = Error::new(
                        ErrorCode::DeadlineExceeded,
                        "the call's time was up before the worker ended",
                    );
                    put_error(state, id, &error, false);
                } else {
                    put_cancel(state, id, Cancel::Kill);
                }
                events.push(Event {
                    observer: stream.observer,
                    what: What::End(End::DeadlineExceeded),
                });
            }
            state.timer_at = state.streams.values().filter_map(|stream| stream.deadline).min();
        }
        self.deliver(&[], &mut events);
    }

    /// Pings a silent peer; an error means that it is gone, or not needed any more.
    fn look_after_peer(&self, now: Instant) -> Option<Error> {
        let mut state = self.0.state.lock();
        let silent = now.saturating_duration_since(state.last_heard);
        let keep_alive = self.0.limits.keep_alive;
        if self.0.acceptor.is_none() && state.streams.is_empty() {
            return (silent > IDLE.max(keep_alive)).then(|| lost(&self.0.peer, "it was idle"));
        }
        if silent < keep_alive || state.streams.is_empty() {
            return None;
        }
        if state.pinged && silent >= keep_alive * 2 {
            return Some(lost(
                &self.0.peer,
                &format!("no sign of life for {} ms", silent.as_millis()),
            ));
        }
        state.pinged = true;
        frame::put(&mut state.out, Kind::Ping, 0, 0, &[0; 8]);
        None
    }
}
