use std::{
    collections::VecDeque,
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;

use crate::identity::{ContractHash, Standing, Verdict};

use super::super::{Epoch, Worker};

/// Instances that one round asks for their document at the most, one after another.
const ASKED_IN_A_ROUND: usize = 3;

/// Instances that are remembered to be asked.
const MAX_SOURCES: usize = 64;

/// Rounds without a verdict before nobody is asked any more; an instance that appears later begins again.
const MAX_ROUNDS: u32 = 10;

/// Between rounds: twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A caller's contract and another one that a service has: what is known of the two. All workers with that contract
/// share it.
pub(crate) struct Pair {
    pub ours: ContractHash,
    pub theirs: ContractHash,
    standing: AtomicU8,
    breaks: OnceLock<Arc<[String]>>,
    inquiry: Mutex<Inquiry>,
    epoch: Arc<Epoch>,
}

/// The search for a verdict.
#[derive(Default)]
struct Inquiry {
    is_running: bool,
    rounds: u32,
    /// Who can be asked, the next one first.
    sources: VecDeque<Weak<Worker>>,
}

impl Pair {
    pub fn new(ours: ContractHash, theirs: ContractHash, epoch: Arc<Epoch>) -> Self {
        Self {
            ours,
            theirs,
            standing: AtomicU8::new(Standing::Pending as u8),
            breaks: OnceLock::new(),
            inquiry: Mutex::default(),
            epoch,
        }
    }

    pub fn standing(&self) -> Standing {
        Standing::from_u8(self.standing.load(Ordering::Acquire))
    }

    /// What breaks; empty unless the contracts are known not to fit.
    pub fn breaks(&self) -> &[String] {
        self.breaks.get().map_or(&[], |breaks| breaks)
    }

    /// The verdict is final.
    pub(super) fn settle(&self, verdict: &Verdict) {
        let standing = match verdict {
            Verdict::Compatible => Standing::Compatible,
            Verdict::Incompatible(breaks) => {
                // One verdict comes, and who sees the standing sees them.
                let _ = self.breaks.set(Arc::clone(breaks));
                Standing::Incompatible
            }
        };
        self.standing.store(standing as u8, Ordering::Release);
        self.epoch.next();
    }

    /// There is no verdict so far: calls need not wait any longer. Says whether that is news.
    pub(super) fn doubt(&self) -> bool {
        let (pending, unknown) = (Standing::Pending as u8, Standing::Unknown as u8);
        let is_news = self
            .standing
            .compare_exchange(pending, unknown, Ordering::AcqRel, Ordering::Acquire)
            .is_ok();
        if is_news {
            self.epoch.next();
        }
        is_news
    }

    /// Remembers an instance that can be asked. Says whether an inquiry has to be begun for it.
    pub(super) fn add_source(&self, worker: &Arc<Worker>) -> bool {
        if matches!(self.standing(), Standing::Compatible | Standing::Incompatible) {
            return false;
        }
        let mut inquiry = self.inquiry.lock();
        inquiry.sources.retain(|source| source.strong_count() > 0);
        if inquiry.sources.len() < MAX_SOURCES {
            inquiry.sources.push_front(Arc::downgrade(worker));
        }
        !std::mem::replace(&mut inquiry.is_running, true)
    }

    /// Whom to ask in this round; the next round asks others first.
    pub(super) fn next_sources(&self) -> Vec<Arc<Worker>> {
        let mut inquiry = self.inquiry.lock();
        inquiry.sources.retain(|source| source.strong_count() > 0);
        let asked: Vec<_> = inquiry
            .sources
            .iter()
            .take(ASKED_IN_A_ROUND)
            .filter_map(Weak::upgrade)
            .collect();
        let count = asked.len().min(inquiry.sources.len());
        inquiry.sources.rotate_left(count);
        asked
    }

    /// A round brought no verdict: how long until the next; `None` when it was the last one.
    pub(super) fn pause(&self) -> Option<Duration> {
        let mut inquiry = self.inquiry.lock();
        let factor = 2_u32.saturating_pow(inquiry.rounds);
        inquiry.rounds += 1;
        if inquiry.rounds >= MAX_ROUNDS || inquiry.sources.iter().all(|source| source.strong_count() == 0) {
            inquiry.is_running = false;
            inquiry.rounds = 0;
            return None;
        }
        Some(FIRST_PAUSE.saturating_mul(factor).min(LONGEST_PAUSE))
    }

    /// Whether no round before this one went without a verdict.
    pub(super) fn is_first_round(&self) -> bool {
        self.inquiry.lock().rounds == 0
    }
}
