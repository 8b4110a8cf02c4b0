use std::{
    io,
    time::{Duration, Instant},
};

use tokio::time::sleep_until;

use crate::{
    Error, ErrorCode,
    wire::frame::{self, Kind},
};

use super::{Connection, connection_state::State, outbound::lost};

/// Room for a few of the largest frames.
const READ_BUFFER: usize = 256 * 1024;

/// A dialled connection without calls is closed after this long; an accepted one after twice as long, in case that the
/// peer vanished without a word.
const IDLE: Duration = Duration::from_secs(300);

impl Connection {
    /// Starts the reader, writer and timer tasks on the current Tokio runtime.
    pub(super) fn spawn_tasks(&self) {
        if self.0.hooks.takes_over && self.attach_to_pipe() {
            tokio::spawn(self.clone().read_pipe());
        } else if !self.attach_reader() {
            tokio::spawn(self.clone().read());
        }
        tokio::spawn(self.clone().write());
        tokio::spawn(self.clone().keep_time());
    }

    async fn read(self) {
        let _guard = EndOnPanic(&self);
        let closed = self.0.closed.cancelled();
        tokio::pin!(closed);
        let mut buffer = vec![0; READ_BUFFER];
        let mut filled = 0;
        let mut events = Vec::new();
        loop {
            tokio::select! {
                biased;
                () = &mut closed => return,
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
            // A flood is always readable: without this it would keep its thread from everything else.
            tokio::task::coop::consume_budget().await;
        }
    }

    async fn write(self) {
        let closed = self.0.closed.cancelled();
        tokio::pin!(closed);
        loop {
            tokio::select! {
                () = &mut closed => return,
                () = self.0.wake_writer.notified() => {}
            }
            tokio::select! {
                () = &mut closed => return,
                // What is wrong with the socket, writing will tell.
                _ = self.0.link.writable() => {}
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
                match self.look_after_peer(now) {
                    Ok(next) => next_look = next,
                    Err(error) => return self.fail(error),
                }
            }
            self.flush();
        }
    }

    /// Pings the peer while calls are open, and says when to look again; an error means that it is gone, or not needed any
    /// more.
    fn look_after_peer(&self, now: Instant) -> Result<Instant, Error> {
        let mut state = self.0.state.lock();
        let silent = now.saturating_duration_since(state.last_heard);
        let keep_alive = self.0.limits.keep_alive;
        if state.streams.is_empty() {
            let patience = if self.0.acceptor.is_none() { IDLE } else { 2 * IDLE };
            if silent <= patience.max(keep_alive) {
                return Ok(now + keep_alive);
            }
            // Still under the lock: no call may begin on a connection that is about to end.
            state.going_away = true;
            return Err(lost(&self.0.peer, "it was idle"));
        }
        // After a rest without calls the peer owes a sign of life only from the first ping on. What lies unread is one;
        // then it is this side that is busy.
        let left = (keep_alive * 2).saturating_sub(silent);
        if state.pinged && left.is_zero() && !self.0.link.has_unread() {
            return Err(lost(
                &self.0.peer,
                &format!("no sign of life for {} ms", silent.as_millis()),
            ));
        }
        // Both sides do so, from this task: a peer whose application is busy for long is still seen to live.
        let pinged_before = std::mem::replace(&mut state.pinged, true);
        frame::put(&mut state.out.tail, Kind::Ping, 0, 0, &[0; 8]);
        // Who is silent already is given up when its time is over, not a round later.
        let wait = if pinged_before && !left.is_zero() {
            left.min(keep_alive)
        } else {
            keep_alive
        };
        Ok(now + wait)
    }
}

/// An observer that panics takes the reader with it: the calls of the connection must not wait for ever.
pub(super) struct EndOnPanic<'a>(pub &'a Connection);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(Error::new(
                ErrorCode::Internal,
                "the reader of this connection panicked",
            ));
        }
    }
}
