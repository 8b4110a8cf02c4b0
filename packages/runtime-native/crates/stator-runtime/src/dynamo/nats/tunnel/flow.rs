use std::collections::VecDeque;

use super::parcel::Parcel;

/// What a side may send before it has heard of the other.
pub const FIRST: u64 = 16 * 1024;

/// Both directions of a tunnel as one side sees them: what is on its way, and what may be sent. Nothing is lost with a
/// message, because bytes are kept until the other side has them.
///
/// It is a pure state: who has it moves the bytes and the messages.
#[derive(Debug)]
pub struct Flow {
    /// Our bytes that the other side has not confirmed.
    out: VecDeque<u8>,
    /// How many there ever were.
    pushed: u64,
    /// There will be no more.
    ended: bool,
    /// What the other side has of ours.
    acked: u64,
    /// What is sent next, and the furthest that it ever was.
    next: u64,
    sent: u64,
    /// Up to where we may send.
    limit: u64,
    /// The other side's bytes that nobody has taken.
    incoming: VecDeque<u8>,
    received: u64,
    /// Where the other side's bytes end.
    end: Option<u64>,
    /// What the other side was told of those.
    told: (u64, u64),
    window: u64,
    /// What is to be said beside the state.
    ask: bool,
    answer: bool,
    state_due: bool,
    /// Up to where we had sent when we asked.
    asked_at: Option<u64>,
    /// A gap that was told.
    gap: Option<u64>,
}

/// What a message has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Fine,
    /// The other side has given up, or does not keep to what was said.
    Broken(&'static str),
}

impl Flow {
    /// `window`: how many bytes of the other side wait here at the most.
    pub fn new(window: u64) -> Self {
        Self {
            out: VecDeque::new(),
            pushed: 0,
            ended: false,
            acked: 0,
            next: 0,
            sent: 0,
            limit: FIRST,
            incoming: VecDeque::new(),
            received: 0,
            end: None,
            told: (0, FIRST),
            window: window.max(FIRST),
            ask: false,
            answer: false,
            state_due: false,
            asked_at: None,
            gap: None,
        }
    }

    /// How many of our bytes there is room for.
    pub fn room(&self) -> usize {
        if self.ended {
            return 0;
        }
        usize::try_from(self.window).map_or(0, |window| window.saturating_sub(self.out.len()))
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.out.extend(bytes);
        self.pushed += bytes.len() as u64;
    }

    /// There are no more of our bytes.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    pub fn is_finished(&self) -> bool {
        self.ended
    }

    /// The other side's bytes that nobody has taken: some of them.
    pub fn waiting(&self) -> &[u8] {
        self.incoming.as_slices().0
    }

    /// So many of them were taken.
    pub fn took(&mut self, count: usize) {
        self.incoming.drain(..count.min(self.incoming.len()));
    }

    /// Whether the other side has ended and everything of it was taken.
    pub fn is_read(&self) -> bool {
        self.end.is_some() && self.incoming.is_empty()
    }

    /// Whether both sides have ended and know it of each other.
    pub fn is_over(&self) -> bool {
        self.ended && self.acked > self.pushed && self.is_read() && self.told.0 == self.received && !self.answer
    }

    /// Whether the other side has not confirmed everything that was sent.
    pub fn is_unconfirmed(&self) -> bool {
        self.next > self.acked
    }

    /// Asks the other side what it has.
    pub fn ask(&mut self) {
        self.ask = true;
    }

    pub fn take(&mut self, parcel: &Parcel<'_>) -> Taken {
        if parcel.broken {
            return Taken::Broken("the other side gave it up");
        }
        if parcel.received > self.sent || parcel.offset.checked_add(parcel.bytes.len() as u64).is_none() {
            return Taken::Broken("the other side has more than there is");
        }
        if parcel.received > self.acked {
            let fresh = parcel.received.min(self.pushed) - self.acked.min(self.pushed);
            self.out.drain(..usize::try_from(fresh).unwrap_or(self.out.len()));
            self.acked = parcel.received;
            self.next = self.next.max(self.acked);
        }
        self.limit = self.limit.max(parcel.limit);
        // Messages keep their order: what was sent before the question and is not there by now does not come.
        if parcel.answer && self.asked_at.take().unwrap_or(self.next) > self.acked {
            self.next = self.acked;
        }
        self.answer |= parcel.ask;
        self.take_bytes(parcel)
    }

    fn take_bytes(&mut self, parcel: &Parcel<'_>) -> Taken {
        if parcel.bytes.is_empty() && !parcel.end {
            return Taken::Fine;
        }
        if parcel.offset > self.received {
            // One answer says it: what is on its way behind it has the same gap.
            self.answer |= self.gap.replace(self.received) != Some(self.received);
            return Taken::Fine;
        }
        let end = parcel.offset + parcel.bytes.len() as u64;
        if end > self.told.1 {
            return Taken::Broken("the other side sends more than it may");
        }
        if self.end.is_some_and(|own| end > own || (parcel.end && end != own)) {
            return Taken::Broken("the other side goes on behind its end");
        }
        let known = usize::try_from(self.received.min(end) - parcel.offset).unwrap_or(usize::MAX);
        let fresh = parcel.bytes.get(known..).unwrap_or_default();
        self.incoming.extend(fresh);
        self.received = self.received.max(end);
        if parcel.end && self.end.is_none() {
            self.end = Some(end);
            self.received = end + 1;
        }
        self.state_due |= self.end.is_some();
        Taken::Fine
    }

    /// The next message, of at most so many bytes of content; `None` while there is nothing to say.
    pub fn next(&mut self, max: usize) -> Option<Vec<u8>> {
        let taken = self.received.saturating_sub(self.incoming.len() as u64);
        let limit = (taken + self.window).max(self.told.1);
        let start = usize::try_from(self.next - self.acked.min(self.pushed)).unwrap_or(usize::MAX);
        let may = usize::try_from(self.limit.saturating_sub(self.next)).unwrap_or(usize::MAX);
        let count = self.out.len().saturating_sub(start).min(may).min(max);
        let is_last = self.ended && self.next + count as u64 == self.pushed;
        let confirms = self.state_due && self.told.0 != self.received;
        if count == 0 && !is_last && !self.ask && !self.answer && !confirms && !self.is_low(limit) {
            return None;
        }
        let bytes: Vec<u8> = self
            .out
            .range(start.min(self.out.len())..)
            .take(count)
            .copied()
            .collect();
        let parcel = Parcel {
            end: is_last,
            broken: false,
            ask: self.ask,
            answer: self.answer,
            received: self.received,
            limit,
            offset: self.next,
            bytes: &bytes,
        };
        let message = parcel.write();
        self.next += count as u64 + u64::from(is_last);
        self.sent = self.sent.max(self.next);
        self.told = (self.received, limit);
        if self.ask {
            self.asked_at = Some(self.next);
        }
        (self.ask, self.answer, self.state_due) = (false, false, false);
        Some(message)
    }

    /// Whether the other side needs more room soon, or the confirmation of what it keeps.
    fn is_low(&self, limit: u64) -> bool {
        let credit = self.told.1.saturating_sub(self.received);
        let unconfirmed = self.received - self.told.0 >= 2 * FIRST;
        if self.told.1 == FIRST {
            // A short answer ends before that.
            return unconfirmed || (credit < FIRST / 2 && limit > FIRST);
        }
        unconfirmed || (credit < self.window / 4 * 3 && limit - self.told.1 >= self.window / 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two sides and a network between them that may lose messages.
    struct Pair {
        sides: [Flow; 2],
        /// What each side's reader has taken.
        read: [Vec<u8>; 2],
        random: fastrand::Rng,
        /// Of a hundred messages.
        lost: u32,
        /// How much a reader takes at once.
        appetite: usize,
    }

    impl Pair {
        fn new(seed: u64, lost: u32, appetite: usize) -> Self {
            Self {
                sides: [Flow::new(64 * 1024), Flow::new(64 * 1024)],
                read: [Vec::new(), Vec::new()],
                random: fastrand::Rng::with_seed(seed),
                lost,
                appetite,
            }
        }

        /// Lets both sides talk until they have nothing to say.
        fn talk(&mut self) {
            loop {
                let mut silent = true;
                for from in 0..2 {
                    let to = 1 - from;
                    while let Some(message) = self.sides[from].next(4096) {
                        silent = false;
                        if self.random.u32(..100) < self.lost {
                            continue;
                        }
                        let Some(parcel) = Parcel::read(&message) else {
                            panic!("not readable")
                        };
                        assert_eq!(self.sides[to].take(&parcel), Taken::Fine);
                        assert!(self.sides[to].incoming.len() <= 64 * 1024);
                    }
                    let flow = &mut self.sides[to];
                    let count = flow.waiting().len().min(self.appetite);
                    silent &= count == 0;
                    self.read[to].extend_from_slice(&flow.waiting()[..count]);
                    flow.took(count);
                }
                if silent {
                    return;
                }
            }
        }
    }

    fn carry(seed: u64, lost: u32, appetite: usize) {
        let mut pair = Pair::new(seed, lost, appetite);
        let content: Vec<u8> = (0..500_000u32).map(|n| (n % 251) as u8).collect();
        let mut rest = &content[..];
        for round in 0.. {
            assert!(round < 100_000, "it does not end");
            let flow = &mut pair.sides[0];
            let count = flow.room().min(rest.len()).min(10_000);
            flow.push(&rest[..count]);
            rest = &rest[count..];
            if rest.is_empty() {
                flow.finish();
            }
            pair.talk();
            if pair.sides[1].is_read() {
                pair.sides[1].finish();
                pair.talk();
            }
            if pair.sides.iter().all(Flow::is_over) {
                break;
            }
            if lost > 0 {
                // As time does it.
                for flow in &mut pair.sides {
                    flow.ask();
                }
                pair.talk();
            }
        }
        assert_eq!(pair.read[1].len(), content.len());
        assert!(pair.read[1] == content, "other bytes");
        assert!(pair.read[0].is_empty());
    }

    #[test]
    fn everything_arrives_once_and_in_order() {
        carry(1, 0, usize::MAX);
        carry(1, 0, 700);
    }

    #[test]
    fn lost_messages_lose_nothing() {
        for seed in 0..20 {
            carry(seed, 20, 3000);
        }
    }

    #[test]
    fn a_reader_that_takes_nothing_stops_the_writer() {
        let mut pair = Pair::new(1, 0, 0);
        for _ in 0..100 {
            let room = pair.sides[0].room();
            pair.sides[0].push(&vec![7; room]);
            pair.talk();
        }
        assert_eq!(pair.sides[1].incoming.len(), 64 * 1024);
        assert_eq!(pair.sides[0].room(), 0);
    }

    #[test]
    fn a_short_answer_takes_few_messages() {
        let mut pair = Pair::new(1, 0, usize::MAX);
        let mut messages = 0;
        let mut pass = |pair: &mut Pair, from: usize| {
            while let Some(message) = pair.sides[from].next(4096) {
                messages += 1;
                let parcel = Parcel::read(&message).unwrap_or_default();
                assert_eq!(pair.sides[1 - from].take(&parcel), Taken::Fine);
                let flow = &mut pair.sides[1 - from];
                let count = flow.waiting().len();
                flow.took(count);
            }
        };
        pair.sides[0].push(b"a short answer");
        pass(&mut pair, 0);
        pair.sides[1].finish();
        pass(&mut pair, 1);
        pair.sides[0].finish();
        pass(&mut pair, 0);
        pass(&mut pair, 1);
        assert!(pair.sides.iter().all(Flow::is_over));
        assert_eq!(messages, 4);
    }

    #[test]
    fn whatever_comes_is_taken_or_ends_it() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..2_000 {
            let mut flow = Flow::new(64 * 1024);
            for _ in 0..50 {
                let position = |random: &mut fastrand::Rng| match random.u32(..8) {
                    0 => u64::MAX - random.u64(..3),
                    1 => random.u64(..),
                    _ => random.u64(..400),
                };
                let bytes = vec![0; random.usize(..200)];
                let parcel = Parcel {
                    end: random.u32(..10) == 0,
                    broken: false,
                    ask: random.bool(),
                    answer: random.bool(),
                    received: position(&mut random),
                    limit: position(&mut random),
                    offset: position(&mut random),
                    bytes: &bytes,
                };
                flow.push(b"some of ours");
                while flow.next(100).is_some() {}
                if flow.take(&parcel) != Taken::Fine {
                    break;
                }
                assert!(flow.incoming.len() <= 64 * 1024);
                let count = flow.waiting().len();
                flow.took(count);
            }
        }
    }

    #[test]
    fn who_does_not_keep_to_it_is_told() {
        let flow = || Flow::new(64 * 1024);
        let bytes = vec![0; FIRST as usize + 1];
        for parcel in [
            Parcel {
                bytes: &bytes,
                ..Parcel::default()
            },
            Parcel {
                received: 1,
                ..Parcel::default()
            },
            Parcel {
                offset: u64::MAX,
                bytes: b"x",
                ..Parcel::default()
            },
            Parcel {
                broken: true,
                ..Parcel::default()
            },
        ] {
            assert!(matches!(flow().take(&parcel), Taken::Broken(_)), "{parcel:?}");
        }
        let mut flow = flow();
        let end = Parcel {
            end: true,
            bytes: b"all",
            ..Parcel::default()
        };
        assert_eq!(flow.take(&end), Taken::Fine);
        let more = Parcel {
            offset: 3,
            bytes: b"more",
            ..Parcel::default()
        };
        assert!(matches!(flow.take(&more), Taken::Broken(_)));
    }
}
