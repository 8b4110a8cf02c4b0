use parking_lot::{Mutex, MutexGuard};

use crate::{
    transport::{Descriptor, Link},
    wire::frame::{HEADER, Header},
};

use super::{Connection, inbound::Event, outbound::lost, tasks::EndOnPanic};

/// An event loop that watches sockets of its own and reads them in place of the core.
///
/// What arrives then reaches its consumer on the thread that the consumer runs on, without a hop through ours. It calls
/// [`Connection::feed`] with what it read, in order, and [`Connection::feed_end`] at the end.
pub trait Reader: Send + Sync + 'static {
    /// Takes over a connection. `socket` is a second descriptor of its socket and belongs to the reader.
    fn attach(&self, connection: &Connection, socket: Descriptor);
}

/// What is kept between two feeds. Whoever holds the lock reads and delivers, so that nothing overtakes anything.
#[derive(Default)]
pub(super) struct Fed(Mutex<Kept>);

#[derive(Default)]
pub(super) struct Kept {
    /// The start of a frame whose rest has not been fed yet.
    pub cut: Vec<u8>,
    /// What the pipe gets in exchange for its contents.
    pub spare: Vec<u8>,
    /// Empty; its memory is used again.
    pub events: Vec<Event>,
}

/// More room for events than this is given back.
const KEEP_EVENTS: usize = 1024;

impl Fed {
    pub fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock()
    }
}

impl Connection {
    /// Hands the socket to the embedder's reader, if there is one and the link has a socket.
    pub(super) fn attach_reader(&self) -> bool {
        let Some(reader) = &self.0.hooks.reader else {
            return false;
        };
        let Some(socket) = self.0.link.second_descriptor() else {
            return false;
        };
        reader.attach(self, socket);
        if self.0.link.has_tls() {
            // What came together with the handshake was read already.
            self.feed(&[]);
        }
        true
    }

    /// Takes bytes that a [`Reader`] read. Observers are told before it returns.
    pub fn feed(&self, bytes: &[u8]) {
        let _guard = EndOnPanic(self);
        let mut kept = self.0.fed.lock();
        let Kept { cut, events, .. } = &mut *kept;
        let Link::Tls(link) = &self.0.link else {
            return self.feed_text(cut, events, bytes);
        };
        let mut text = Vec::new();
        let decrypted = link.decrypt(bytes, &mut text);
        self.feed_text(cut, events, &text);
        match decrypted {
            Ok(true) => {}
            Ok(false) => self.feed_end(),
            Err(error) => self.fail(lost(&self.0.peer, &error.to_string())),
        }
    }

    pub(super) fn feed_text(&self, cut: &mut Vec<u8>, events: &mut Vec<Event>, mut bytes: &[u8]) {
        // Only the frame that was cut is put together; the rest is read where it lies.
        while !cut.is_empty() && !bytes.is_empty() {
            let missing = missing(cut);
            let (head, tail) = bytes.split_at(missing.min(bytes.len()));
            cut.extend_from_slice(head);
            bytes = tail;
            // A large frame is taken from its header on.
            if cut.len() == HEADER || self::missing(cut) == 0 {
                match self.take_bytes(cut, events) {
                    Some(0) => {}
                    Some(_) => cut.clear(),
                    None => return,
                }
            }
        }
        match self.take_bytes(bytes, events) {
            Some(taken) => cut.extend_from_slice(&bytes[taken..]),
            None => return,
        }
        events.shrink_to(KEEP_EVENTS);
        self.flush();
    }

    /// The peer closed the connection, or reading failed.
    pub fn feed_end(&self) {
        self.fail(lost(&self.0.peer, "the peer closed it"));
    }

    /// Takes the whole frames in `bytes`; returns their length, or `None` if they ended the connection.
    fn take_bytes(&self, bytes: &[u8], events: &mut Vec<Event>) -> Option<usize> {
        let taken = self.take_frames(bytes, events);
        self.deliver(bytes, events);
        taken
            .inspect_err(|error| {
                tracing::warn!(peer = %self.0.peer, %error, "connection closed");
                self.fail(error.clone());
            })
            .ok()
    }
}

/// How many bytes are still missing until `cut` holds a header, or the whole frame that its header announces.
fn missing(cut: &[u8]) -> usize {
    match cut.first_chunk::<HEADER>() {
        None => HEADER - cut.len(),
        Some(header) => HEADER + usize::from(Header::parse(header).length) - cut.len(),
    }
}
