use std::collections::VecDeque;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::{
    Error,
    payload::{Lane, Payload},
};

/// Messages of one direction of a call, for a consumer in Rust. Bounded by the credit of the stream.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    state: Mutex<InboxState>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct InboxState {
    messages: VecDeque<(Payload, u32)>,
    end: Option<Result<(), Error>>,
}

impl Inbox {
    pub fn push(&self, lane: Lane, data: &[u8], cost: u32) {
        let mut state = self.state.lock();
        if state.end.is_none() {
            state.messages.push_back((
                Payload {
                    lane,
                    data: Bytes::copy_from_slice(data),
                },
                cost,
            ));
            drop(state);
            self.changed.notify_one();
        }
    }

    /// Ends the direction after the messages that are there; the first end counts.
    pub fn end(&self, end: Result<(), Error>) {
        self.state.lock().end.get_or_insert(end);
        self.changed.notify_one();
    }

    /// Ends the direction and drops what was not read.
    pub fn abort(&self, error: Error) {
        let mut state = self.state.lock();
        state.messages.clear();
        state.end.get_or_insert(Err(error));
        drop(state);
        self.changed.notify_one();
    }

    /// The next message with its cost, or the end.
    pub async fn next(&self) -> Result<Option<(Payload, u32)>, Error> {
        loop {
            let changed = self.changed.notified();
            {
                let mut state = self.state.lock();
                if let Some(message) = state.messages.pop_front() {
                    return Ok(Some(message));
                }
                if let Some(end) = &state.end {
                    return end.clone().map(|()| None);
                }
            }
            changed.await;
        }
    }
}
