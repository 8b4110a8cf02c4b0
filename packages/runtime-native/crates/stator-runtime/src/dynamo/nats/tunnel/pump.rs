use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use async_nats::Subject;
use bytes::Bytes;
use tokio::{sync::mpsc, time::sleep_until};

use crate::{dynamo::nats::Bus, transport::Link};

use super::{
    flow::{Flow, Taken},
    parcel::{HEAD, Parcel},
};

/// Content of one message at the most.
const MAX_CONTENT: usize = 64 * 1024;

/// What is not confirmed is asked for after this long; after that, each time, after twice as long.
const RETRY: Duration = Duration::from_secs(1);

/// Without a word for so many rhythms of the keep-alive the other side is given up.
const MISSES: u32 = 3;

/// A connection to NATS that does not come back for this long takes its tunnels along.
const AWAY: Duration = Duration::from_secs(300);

/// After NATS was away the other side may be back later than we are.
const RETURNING: Duration = Duration::from_secs(5);

/// What comes for one end of a tunnel.
#[derive(Debug)]
pub enum Heard {
    Message(Bytes),
    /// Nobody listens at the other end.
    Nobody,
}

/// One end of a tunnel: moves bytes between a link inside of this process and messages over NATS.
pub struct Pump {
    pub bus: Arc<Bus>,
    pub link: Link,
    /// Where messages for this end are sent to, and those for the other end.
    pub ours: Subject,
    pub theirs: Subject,
    pub keep_alive: Duration,
    pub flow: Flow,
}

/// When the other side is asked whether it is there.
struct Clock {
    silent_since: Instant,
    asked: u32,
    asked_at: Instant,
    away_since: Option<Instant>,
}

impl Pump {
    /// Until both sides have ended, or one has given up; says why that was.
    pub async fn run(mut self, mut heard: mpsc::Receiver<Heard>) -> Result<(), &'static str> {
        let result = self.pump(&mut heard).await;
        if result.is_err() {
            // What came before that is still read.
            let _ = self.deliver();
            self.link.break_off();
            let _ = self.send(Parcel::give_up()).await;
        }
        result
    }

    async fn pump(&mut self, heard: &mut mpsc::Receiver<Heard>) -> Result<(), &'static str> {
        let mut connected = self.bus.connected();
        let mut is_connected = *connected.borrow_and_update();
        let now = Instant::now();
        let mut clock = Clock {
            silent_since: now,
            asked: 0,
            asked_at: now,
            away_since: (!is_connected).then_some(now),
        };
        let mut scratch = vec![0; 16 * 1024];
        loop {
            self.deliver()?;
            self.collect(&mut scratch)?;
            if is_connected {
                let max = self.bus.max_payload().saturating_sub(HEAD).clamp(1, MAX_CONTENT);
                while let Some(message) = self.flow.next(max) {
                    self.send(message).await?;
                }
            }
            if self.flow.is_over() {
                return Ok(());
            }
            let wake_at = clock.wake_at(self.keep_alive, self.flow.is_unconfirmed());
            let reads = !self.flow.is_finished() && self.flow.room() > 0;
            let writes = !self.flow.waiting().is_empty();
            tokio::select! {
                message = heard.recv() => {
                    let Some(message) = message else {
                        return Err("this runtime has shut down");
                    };
                    self.hear(message, &mut clock)?;
                    // What has come meanwhile is looked at together.
                    while let Ok(message) = heard.try_recv() {
                        self.hear(message, &mut clock)?;
                    }
                }
                _ = self.link.readable(), if reads => {}
                _ = self.link.writable(), if writes => {}
                changed = connected.changed() => {
                    if changed.is_err() {
                        return Err("the connection to NATS is closed");
                    }
                    is_connected = *connected.borrow_and_update();
                    clock = Clock::new(is_connected, clock.away_since);
                    if is_connected {
                        self.flow.ask();
                    }
                }
                () = sleep_until(wake_at.into()) => clock.wake(&mut self.flow, self.keep_alive)?,
            }
        }
    }

    fn hear(&mut self, heard: Heard, clock: &mut Clock) -> Result<(), &'static str> {
        let message = match heard {
            Heard::Message(message) => message,
            Heard::Nobody if self.bus.reconnected().is_some_and(|at| at.elapsed() < RETURNING) => return Ok(()),
            Heard::Nobody => return Err("nobody listens there any more"),
        };
        let Some(parcel) = Parcel::read(&message) else {
            return Err("it sends what is no message of an answer");
        };
        *clock = Clock::new(true, None);
        match self.flow.take(&parcel) {
            Taken::Fine => Ok(()),
            Taken::Broken(why) => Err(why),
        }
    }

    /// Gives what has arrived to this side's reader.
    fn deliver(&mut self) -> Result<(), &'static str> {
        let was_read = self.flow.is_read();
        while !self.flow.waiting().is_empty() {
            match self.link.try_write(self.flow.waiting()) {
                Ok(count) => self.flow.took(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(_) => return Err("nobody reads it"),
            }
        }
        if was_read || self.flow.is_read() {
            self.link.finish_writing();
        }
        Ok(())
    }

    /// Takes what this side's writer has.
    fn collect(&mut self, scratch: &mut [u8]) -> Result<(), &'static str> {
        loop {
            let room = self.flow.room().min(scratch.len());
            let Some(scratch) = scratch.get_mut(..room).filter(|scratch| !scratch.is_empty()) else {
                return Ok(());
            };
            match self.link.try_read(scratch) {
                Ok(0) => {
                    self.flow.finish();
                    return Ok(());
                }
                Ok(count) => self.flow.push(&scratch[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(_) => return Err("its writer broke off"),
            }
        }
    }

    async fn send(&self, message: Vec<u8>) -> Result<(), &'static str> {
        let (theirs, ours) = (self.theirs.clone(), self.ours.clone());
        let sent = self.bus.client().publish_with_reply(theirs, ours, message.into());
        sent.await.map_err(|_| "NATS does not take it")
    }
}

impl Clock {
    fn new(is_connected: bool, away_since: Option<Instant>) -> Self {
        let now = Instant::now();
        Self {
            silent_since: now,
            asked: 0,
            asked_at: now,
            away_since: (!is_connected).then(|| away_since.unwrap_or(now)),
        }
    }

    fn wake_at(&self, keep_alive: Duration, is_unconfirmed: bool) -> Instant {
        let patience = if is_unconfirmed && self.away_since.is_none() {
            (RETRY * 2u32.pow(self.asked.min(6))).min(keep_alive)
        } else {
            keep_alive
        };
        let since = if self.asked == 0 {
            self.silent_since
        } else {
            self.asked_at
        };
        since + patience
    }

    /// Nothing was heard for a while.
    fn wake(&mut self, flow: &mut Flow, keep_alive: Duration) -> Result<(), &'static str> {
        self.asked_at = Instant::now();
        self.asked += 1;
        if let Some(since) = self.away_since {
            return if since.elapsed() > AWAY {
                Err("NATS does not come back")
            } else {
                Ok(())
            };
        }
        if self.silent_since.elapsed() >= keep_alive.saturating_mul(MISSES) {
            return Err("it says nothing any more");
        }
        flow.ask();
        Ok(())
    }
}
