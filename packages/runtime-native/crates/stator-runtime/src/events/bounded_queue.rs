use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// What a queue counts for each entry besides its bytes.
const OVERHEAD: usize = 128;

/// How much a queue holds.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Entries.
    pub count: usize,
    /// Bytes of all entries. One entry alone may have more.
    pub bytes: usize,
}

/// First in, first out, between threads; what does not fit is refused. One reader.
#[derive(Debug)]
pub(super) struct BoundedQueue<T> {
    bounds: Bounds,
    state: Mutex<State<T>>,
    changed: Notify,
}

#[derive(Debug)]
struct State<T> {
    entries: VecDeque<(T, usize)>,
    bytes: usize,
    closed: bool,
}

impl<T> BoundedQueue<T> {
    pub(super) fn new(bounds: Bounds) -> Self {
        let state = State {
            entries: VecDeque::new(),
            bytes: 0,
            closed: false,
        };
        Self {
            bounds,
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }

    /// False when there is no room, or when it is closed.
    pub(super) fn push(&self, entry: T, bytes: usize) -> bool {
        let weight = bytes + OVERHEAD;
        {
            let mut state = self.state.lock();
            let full =
                state.entries.len() >= self.bounds.count || state.bytes.saturating_add(weight) > self.bounds.bytes;
            if state.closed || (full && !state.entries.is_empty()) {
                return false;
            }
            state.bytes += weight;
            state.entries.push_back((entry, weight));
        }
        self.changed.notify_one();
        true
    }

    /// The next entry, if there is one.
    pub(super) fn try_pop(&self) -> Option<T> {
        let mut state = self.state.lock();
        let (entry, weight) = state.entries.pop_front()?;
        state.bytes -= weight;
        Some(entry)
    }

    /// The next entry, when there is one; `None` when it is closed and empty.
    pub(super) async fn pop(&self) -> Option<T> {
        loop {
            // Asked before, so that what was pushed before it was closed is seen.
            let closed = self.state.lock().closed;
            if let Some(entry) = self.try_pop() {
                return Some(entry);
            }
            if closed {
                return None;
            }
            self.changed.notified().await;
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    /// Lets nothing new in. What is there can still be taken.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_does_not_fit_is_refused_and_the_rest_keeps_its_order() {
        let queue = BoundedQueue::new(Bounds {
            count: 2,
            bytes: 10_000,
        });
        assert!(queue.push(1, 1));
        assert!(queue.push(2, 1));
        assert!(!queue.push(3, 1));
        assert_eq!(queue.pop().await, Some(1));
        assert!(queue.push(4, 1));
        queue.close();
        assert!(!queue.push(5, 1));
        assert_eq!(queue.pop().await, Some(2));
        assert_eq!(queue.pop().await, Some(4));
        assert_eq!(queue.pop().await, None);
    }

    #[tokio::test]
    async fn bytes_count_but_one_entry_always_fits() {
        let queue = BoundedQueue::new(Bounds { count: 10, bytes: 1000 });
        assert!(queue.push(1, 5000));
        assert!(!queue.push(2, 1));
        assert_eq!(queue.pop().await, Some(1));
        assert!(queue.push(3, 700));
        assert!(!queue.push(4, 300));
        assert!(queue.push(5, 10));
    }
}
