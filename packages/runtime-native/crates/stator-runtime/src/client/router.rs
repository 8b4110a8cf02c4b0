use std::sync::Arc;

use super::Worker;

/// Which of the workers takes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Router {
    /// In turn, in the order of their ids.
    RoundRobin,
    /// Any, with equal chance.
    Random,
    /// The one with the fewest open calls of this process; any of them on a tie.
    LeastLoaded,
    /// Of two chosen at random, the one with fewer open calls of this process.
    TwoChoices,
    /// That instance and no other.
    Direct(u64),
}

impl Router {
    /// Chooses among `workers`; `None` only if there are none. `turn` counts the calls of the client.
    pub(super) fn pick(self, workers: &[Arc<Worker>], turn: usize) -> Option<&Arc<Worker>> {
        match self {
            Self::RoundRobin => workers.get(turn % workers.len().max(1)),
            Self::Random => workers.get(fastrand::usize(..workers.len().max(1))),
            Self::TwoChoices => {
                let first = fastrand::usize(..workers.len().max(1));
                // Any but the first: as far from it as there are others.
                let step = fastrand::usize(..workers.len().saturating_sub(1).max(1)) + 1;
                let one = workers.get(first)?;
                let other = workers.get((first + step) % workers.len())?;
                Some(if other.open_calls() < one.open_calls() {
                    other
                } else {
                    one
                })
            }
            Self::LeastLoaded => {
                let least = workers.iter().map(|worker| worker.open_calls()).min()?;
                let mut chosen = None;
                let lightest = workers.iter().filter(|worker| worker.open_calls() <= least);
                for (before, worker) in lightest.enumerate() {
                    // Each of the n seen so far is kept with chance 1/n.
                    if fastrand::usize(..=before) == 0 {
                        chosen = Some(worker);
                    }
                }
                chosen.or_else(|| workers.first())
            }
            Self::Direct(id) => workers.iter().find(|worker| worker.id() == id),
        }
    }
}
