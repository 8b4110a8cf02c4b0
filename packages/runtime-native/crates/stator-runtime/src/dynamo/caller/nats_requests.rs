use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use async_nats::{HeaderMap, Subject};
use bytes::Bytes;
use rustc_hash::FxHashMap;

use crate::Error;

use super::{Exchange, NatsPlace};

/// Requests that may be unanswered, and their bytes.
const MAX_PENDING: usize = 65_536;
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The requests over NATS that are not acknowledged, some of which wait for the connection.
#[derive(Default)]
pub(super) struct Requests {
    last: u64,
    pub pending: FxHashMap<u64, Pending>,
    /// The same in the order of their beginnings; some are not there any more.
    order: VecDeque<(Instant, u64)>,
    /// Those that wait for the connection.
    pub queue: VecDeque<u64>,
    bytes: usize,
    over: Option<Error>,
}

pub(super) struct Pending {
    pub exchange: Arc<Exchange>,
    pub place: Arc<NatsPlace>,
    /// Which of its subjects is tried.
    pub subject: usize,
    pub headers: HeaderMap,
    pub payload: Bytes,
    /// Of headers and payload.
    pub length: usize,
    pub since: Instant,
    /// When it was given to the connection: the worker may have seen it since.
    pub sent: Option<Instant>,
}

/// Why a request is not taken.
pub(super) enum Refused {
    Over(Error),
    Full { requests: usize, bytes: usize },
}

impl Requests {
    /// Queues a request.
    pub fn push(&mut self, pending: Pending) -> Result<(), Refused> {
        if let Some(error) = &self.over {
            return Err(Refused::Over(error.clone()));
        }
        let (requests, bytes) = (self.pending.len(), self.bytes);
        if requests >= MAX_PENDING || bytes + pending.payload.len() > MAX_BYTES {
            return Err(Refused::Full { requests, bytes });
        }
        self.last += 1;
        self.bytes += pending.payload.len();
        self.queue.push_back(self.last);
        self.order.push_back((pending.since, self.last));
        self.pending.insert(self.last, pending);
        Ok(())
    }

    /// The next one that waits and is still wanted; it counts as sent.
    pub fn next(&mut self) -> Option<(u64, Subject, HeaderMap, Bytes)> {
        while let Some(number) = self.queue.pop_front() {
            let Some(pending) = self.pending.get_mut(&number) else {
                continue;
            };
            if pending.exchange.is_over() {
                self.remove(number);
                continue;
            }
            let Some(subject) = pending.place.subjects.get(pending.subject).cloned() else {
                continue;
            };
            pending.sent = Some(Instant::now());
            return Some((number, subject, pending.headers.clone(), pending.payload.clone()));
        }
        None
    }

    pub fn remove(&mut self, number: u64) -> Option<Pending> {
        let pending = self.pending.remove(&number)?;
        self.bytes -= pending.payload.len();
        Some(pending)
    }

    /// Takes those that have waited for so long.
    pub fn late(&mut self, limit: Duration) -> Vec<Pending> {
        let mut late = Vec::new();
        while let Some((since, number)) = self.order.front().copied() {
            if self.pending.contains_key(&number) {
                if since.elapsed() < limit {
                    break;
                }
                late.extend(self.remove(number));
            }
            self.order.pop_front();
        }
        late
    }

    /// Takes those that were sent before then, to places of that kind.
    pub fn sent_before(&mut self, then: Instant, of: impl Fn(&NatsPlace) -> bool) -> Vec<Pending> {
        let is_it = |pending: &Pending| pending.sent.is_some_and(|at| at < then) && of(&pending.place);
        let sent = self.pending.iter().filter(|(_, pending)| is_it(pending));
        let numbers: Vec<u64> = sent.map(|(number, _)| *number).collect();
        numbers.into_iter().filter_map(|number| self.remove(number)).collect()
    }

    /// Takes all, and no more.
    pub fn close(&mut self, error: Error) -> Vec<Pending> {
        self.over = Some(error);
        self.bytes = 0;
        std::mem::take(&mut self.pending).into_values().collect()
    }
}

impl Pending {
    /// Whether its call waits for an ack: a worker that has called home needs none.
    pub fn is_wanted(&self) -> bool {
        !self.exchange.is_home() && !self.exchange.is_over()
    }
}
