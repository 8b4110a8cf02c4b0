use std::{sync::Arc, time::Instant};

use crate::identity::Standing;

use super::{Epoch, Router, Worker};

/// Among whom a call chooses: worked out once, so that a call costs the same however many workers there are.
pub(super) struct Choice {
    among: Among,
    epoch: u64,
    /// When one who is avoided now is not any more.
    until: Option<Instant>,
}

enum Among {
    /// The first of these that there are: healthy and of compatible contract; all of compatible contract; the same
    /// two of those whose contract cannot be judged.
    Workers(Vec<Arc<Worker>>),
    Pending,
    Incompatible(Vec<Arc<Worker>>),
}

/// Who takes a call.
pub(super) enum Pick {
    Worker(Arc<Worker>),
    /// Somebody is there whose contract is being judged, and nobody else.
    Pending,
    /// Only instances are left that do not understand the caller; this is one of them.
    Incompatible(Arc<Worker>),
    Nobody,
}

impl Choice {
    /// Of those that are not in `tried`.
    pub fn of(list: &[Arc<Worker>], tried: &[u64], epoch: &Epoch) -> Self {
        // First, so that what changes from here on makes the choice stale.
        let epoch = epoch.now();
        let mut groups = Groups::default();
        let mut until: Option<Instant> = None;
        for worker in list.iter().filter(|worker| !tried.contains(&worker.id())) {
            let avoided = worker.avoided_until();
            until = match (until, avoided) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            let Some(group) = groups.of(worker.standing()) else {
                groups.is_pending = true;
                continue;
            };
            if avoided.is_none() {
                group.healthy.push(Arc::clone(worker));
            } else {
                group.avoided.push(Arc::clone(worker));
            }
        }
        let among = groups.best();
        Self { among, epoch, until }
    }

    /// Whether nothing has changed since.
    pub fn holds(&self, epoch: &Epoch) -> bool {
        self.epoch == epoch.now() && self.until.is_none_or(|until| Instant::now() < until)
    }

    pub fn pick(&self, router: Router, turn: usize) -> Pick {
        let (workers, pick): (_, fn(Arc<Worker>) -> Pick) = match &self.among {
            Among::Pending => return Pick::Pending,
            Among::Workers(workers) => (workers, Pick::Worker),
            Among::Incompatible(workers) => (workers, Pick::Incompatible),
        };
        router.pick(workers, turn).cloned().map_or(Pick::Nobody, pick)
    }
}

#[derive(Default)]
struct Groups {
    compatible: Group,
    unknown: Group,
    incompatible: Group,
    is_pending: bool,
}

/// Both in the order of the list.
#[derive(Default)]
struct Group {
    healthy: Vec<Arc<Worker>>,
    avoided: Vec<Arc<Worker>>,
}

impl Groups {
    /// `None` for those that are being judged: nobody is called before that.
    fn of(&mut self, standing: Standing) -> Option<&mut Group> {
        match standing {
            Standing::Compatible => Some(&mut self.compatible),
            Standing::Unknown => Some(&mut self.unknown),
            Standing::Incompatible => Some(&mut self.incompatible),
            Standing::Pending => None,
        }
    }

    fn best(self) -> Among {
        if let Some(workers) = self.compatible.best() {
            return Among::Workers(workers);
        }
        if self.is_pending {
            return Among::Pending;
        }
        self.unknown.best().map_or_else(
            || Among::Incompatible(self.incompatible.best().unwrap_or_default()),
            Among::Workers,
        )
    }
}

impl Group {
    /// Others are preferred to those that are avoided.
    fn best(self) -> Option<Vec<Arc<Worker>>> {
        [self.healthy, self.avoided]
            .into_iter()
            .find(|workers| !workers.is_empty())
    }
}
