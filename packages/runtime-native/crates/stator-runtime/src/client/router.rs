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
    /// That instance and no other.
    Direct(u64),
}

impl Router {
    /// Chooses among `workers` (not empty). `turn` counts the calls of the client.
    pub(super) fn pick<'a>(self, workers: &[&'a Arc<Worker>], turn: usize) -> Option<&'a Arc<Worker>> {
        match self {
            Self::RoundRobin => workers.get(turn % workers.len().max(1)).copied(),
            Self::Random => workers.get(fastrand::usize(..workers.len().max(1))).copied(),
            Self::LeastLoaded => {
                let least = workers.iter().map(|worker| worker.open_calls()).min()?;
                let mut seen = 0;
                let mut chosen = None;
                for worker in workers.iter().filter(|worker| worker.open_calls() <= least) {
                    seen += 1;
                    // Each of the n seen so far is kept with chance 1/n.
                    if fastrand::u32(..seen) == 0 {
                        chosen = Some(*worker);
                    }
                }
                chosen.or_else(|| workers.first().copied())
            }
            Self::Direct(id) => workers.iter().find(|worker| worker.id() == id).copied(),
        }
    }
}
