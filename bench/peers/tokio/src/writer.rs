//! Collects messages and writes those of one turn at once.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;

/// Above this many unsent bytes a stream waits.
const HIGH_WATER: usize = 256 * 1024;

#[derive(Clone, Default)]
pub struct Writer {
    shared: Rc<Shared>,
}

#[derive(Default)]
struct Shared {
    unsent: RefCell<Vec<u8>>,
    more: Notify,
    room: Notify,
}

impl Writer {
    /// Adds a message to the batch.
    pub fn push(&self, message: &impl Serialize) -> crate::Result<()> {
        let mut unsent = self.shared.unsent.borrow_mut();
        let start = unsent.len();
        unsent.extend_from_slice(&[0; 4]);
        serde_json::to_writer(&mut *unsent, message)?;
        let length = u32::try_from(unsent.len() - start - 4)?;
        unsent[start..start + 4].copy_from_slice(&length.to_be_bytes());
        self.shared.more.notify_one();
        Ok(())
    }

    /// Resolves when a stream may go on.
    pub async fn room(&self) {
        loop {
            let room = self.shared.room.notified();
            if self.shared.unsent.borrow().len() < HIGH_WATER {
                return;
            }
            room.await;
        }
    }

    /// Writes what is pushed until the connection ends.
    pub async fn run(self, mut socket: OwnedWriteHalf) {
        let mut sending = Vec::new();
        loop {
            if self.shared.unsent.borrow().is_empty() {
                self.shared.more.notified().await;
                continue;
            }
            std::mem::swap(&mut sending, &mut *self.shared.unsent.borrow_mut());
            self.shared.room.notify_waiters();
            if socket.write_all(&sending).await.is_err() {
                return;
            }
            sending.clear();
        }
    }
}
