use std::{
    io,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;
use tokio::sync::Notify;

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

#[derive(Debug, Default)]
struct ChannelState {
    buffer: Vec<u8>,
    read: usize,
    closed: bool,
    /// Not at an end that the writer wanted.
    broken: bool,
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
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.incoming.state.lock();
        let available = state.buffer.len() - state.read;
        if available == 0 {
            return if state.broken {
                Err(io::ErrorKind::ConnectionReset.into())
            } else if state.closed {
                Ok(0)
            } else {
                Err(io::ErrorKind::WouldBlock.into())
            };
        }
        let count = available.min(buffer.len());
        let start = state.read;
        buffer[..count].copy_from_slice(&state.buffer[start..start + count]);
        state.read += count;
        if state.read == state.buffer.len() {
            state.buffer.clear();
            state.read = 0;
        }
        drop(state);
        self.incoming.writable.notify_one();
        Ok(count)
    }

    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.outgoing.state.lock();
        if state.closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let used = state.buffer.len() - state.read;
        if used >= CAPACITY {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        if state.read > CAPACITY {
            let read = state.read;
            state.buffer.drain(..read);
            state.read = 0;
        }
        let count = bytes.len().min(CAPACITY - used);
        state.buffer.extend_from_slice(&bytes[..count]);
        drop(state);
        self.outgoing.readable.notify_one();
        Ok(count)
    }

    pub async fn readable(&self) -> io::Result<()> {
        loop {
            let notified = self.incoming.readable.notified();
            {
                let state = self.incoming.state.lock();
                if state.closed || state.buffer.len() > state.read {
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
                if state.closed || state.buffer.len() - state.read < CAPACITY {
                    return Ok(());
                }
            }
            notified.await;
        }
    }

    pub fn has_unread(&self) -> bool {
        let state = self.incoming.state.lock();
        state.buffer.len() > state.read
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
