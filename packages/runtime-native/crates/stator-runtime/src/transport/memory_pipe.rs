use std::{
    io,
    sync::{Arc, Weak},
};

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use super::hand_over::{self, PipeEnd, Step};

/// Bytes that a pipe holds before its writer has to wait: about what a socket buffer holds.
const CAPACITY: usize = 256 * 1024;

/// One end of a two-way pipe inside the process. It behaves as a socket does, so the same frames go through it.
#[derive(Debug)]
pub struct MemoryPipe {
    incoming: Arc<Channel>,
    outgoing: Arc<Channel>,
}

#[derive(Debug, Default)]
struct Channel {
    state: Mutex<ChannelState>,
    readable: Notify,
    writable: Notify,
}

#[derive(Default)]
struct ChannelState {
    buffer: Vec<u8>,
    read: usize,
    closed: bool,
    /// Not at an end that the writer wanted.
    broken: bool,
    /// Who reads it on the thread that writes, if there is anybody.
    reader: Option<Weak<dyn PipeEnd>>,
    /// Who writes on the thread that reads.
    writer: Option<Weak<dyn PipeEnd>>,
    /// A thread has promised to read what is there.
    promised: bool,
    /// Something did not fit.
    blocked: bool,
}

impl std::fmt::Debug for ChannelState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ChannelState")
            .field("unread", &self.unread())
            .field("closed", &self.closed)
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

impl ChannelState {
    fn unread(&self) -> usize {
        self.buffer.len() - self.read
    }

    /// Why nothing can be read though the channel is empty; `Ok` at its end.
    fn empty(&self) -> io::Result<()> {
        if self.broken {
            Err(io::ErrorKind::ConnectionReset.into())
        } else if self.closed {
            Ok(())
        } else {
            Err(io::ErrorKind::WouldBlock.into())
        }
    }

    /// Whether this thread will read what is there.
    fn promise_reading(&mut self) -> bool {
        let Some(reader) = self.reader.as_ref().filter(|_| hand_over::is_promising()) else {
            return false;
        };
        if !self.promised {
            self.promised = reader
                .upgrade()
                .is_some_and(|reader| hand_over::promise(reader, Step::Read));
        }
        self.promised
    }
}

/// Two connected ends.
pub fn pair() -> (MemoryPipe, MemoryPipe) {
    let (left, right) = (Arc::<Channel>::default(), Arc::<Channel>::default());
    (
        MemoryPipe {
            incoming: Arc::clone(&left),
            outgoing: Arc::clone(&right),
        },
        MemoryPipe {
            incoming: right,
            outgoing: left,
        },
    )
}

impl MemoryPipe {
    /// From now on `end` reads and writes here: where the other end is used on a thread that is handing over, on that
    /// thread.
    pub fn attach(&self, end: &Weak<dyn PipeEnd>) {
        self.incoming.state.lock().reader = Some(Weak::clone(end));
        self.outgoing.state.lock().writer = Some(Weak::clone(end));
    }

    /// Takes everything that has come in exchange for `buffer`, whose contents are lost. Returns where the unread bytes
    /// begin; at the end of the pipe there are none.
    pub fn take(&self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        buffer.clear();
        let mut state = self.incoming.state.lock();
        state.promised = false;
        if state.unread() == 0 {
            return state.empty().map(|()| 0);
        }
        std::mem::swap(buffer, &mut state.buffer);
        let start = std::mem::take(&mut state.read);
        self.incoming.made_room(state);
        Ok(start)
    }

    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.incoming.state.lock();
        let available = state.unread();
        if available == 0 {
            return state.empty().map(|()| 0);
        }
        let count = available.min(buffer.len());
        let start = state.read;
        buffer[..count].copy_from_slice(&state.buffer[start..start + count]);
        state.read += count;
        if state.read == state.buffer.len() {
            state.buffer.clear();
            state.read = 0;
        }
        self.incoming.made_room(state);
        Ok(count)
    }

    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.outgoing.state.lock();
        if state.closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let used = state.unread();
        if used >= CAPACITY {
            state.blocked = true;
            return Err(io::ErrorKind::WouldBlock.into());
        }
        if state.read > CAPACITY {
            let read = state.read;
            state.buffer.drain(..read);
            state.read = 0;
        }
        let count = bytes.len().min(CAPACITY - used);
        state.buffer.extend_from_slice(&bytes[..count]);
        let promised = state.promise_reading();
        drop(state);
        if !promised {
            self.outgoing.readable.notify_one();
        }
        Ok(count)
    }

    /// Whether a thread that has promised to read will have the rest written too.
    pub fn goes_on(&self) -> bool {
        let state = self.outgoing.state.lock();
        state.promised && state.writer.is_some()
    }

    /// Wakes whoever waits in [`MemoryPipe::readable`].
    pub fn wake_reader(&self) {
        self.incoming.readable.notify_one();
    }

    pub async fn readable(&self) -> io::Result<()> {
        loop {
            let notified = self.incoming.readable.notified();
            {
                let state = self.incoming.state.lock();
                if state.closed || state.unread() > 0 {
                    return Ok(());
                }
            }
            notified.await;
        }
    }

    pub async fn writable(&self) -> io::Result<()> {
        loop {
            let notified = self.outgoing.writable.notified();
            {
                let state = self.outgoing.state.lock();
                if state.closed || state.unread() < CAPACITY {
                    return Ok(());
                }
            }
            notified.await;
        }
    }

    pub fn has_unread(&self) -> bool {
        self.incoming.state.lock().unread() > 0
    }

    pub fn finish_writing(&self) {
        self.outgoing.close();
    }

    /// Closes both directions; the peer reads what was written, then that the link broke.
    pub fn break_off(&self) {
        self.outgoing.state.lock().broken = true;
        self.shutdown();
    }

    /// What can break the link while somebody else holds it.
    pub fn breaker(&self) -> PipeBreaker {
        PipeBreaker([Arc::downgrade(&self.incoming), Arc::downgrade(&self.outgoing)])
    }

    pub fn shutdown(&self) {
        self.incoming.close();
        self.outgoing.close();
    }
}

/// Breaks a link from outside, as a network does that fails. It keeps nothing alive.
#[derive(Debug)]
pub struct PipeBreaker([Weak<Channel>; 2]);

impl PipeBreaker {
    /// Both ends read what was written, then that the link broke.
    pub fn break_off(&self) {
        for channel in self.0.iter().filter_map(Weak::upgrade) {
            channel.state.lock().broken = true;
            channel.close();
        }
    }

    /// Whether the link is there.
    pub fn is_open(&self) -> bool {
        self.0
            .iter()
            .all(|channel| channel.upgrade().is_some_and(|channel| !channel.state.lock().closed))
    }
}

impl Channel {
    /// Lets whoever could not write go on.
    fn made_room(&self, mut state: MutexGuard<'_, ChannelState>) {
        let blocked = std::mem::take(&mut state.blocked);
        let writer = state.writer.as_ref().filter(|_| blocked).and_then(Weak::upgrade);
        drop(state);
        match writer {
            None => self.writable.notify_one(),
            Some(writer) if hand_over::is_promising() => {
                hand_over::promise(writer, Step::Write);
            }
            Some(writer) => {
                writer.later(Step::Write);
                self.writable.notify_one();
            }
        }
    }

    fn close(&self) {
        self.state.lock().closed = true;
        self.readable.notify_one();
        self.writable.notify_one();
    }
}

impl Drop for MemoryPipe {
    fn drop(&mut self) {
        self.shutdown();
    }
}
