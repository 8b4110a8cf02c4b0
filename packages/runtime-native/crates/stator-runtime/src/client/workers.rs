use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use crate::{
    discovery::{Instance, Instances, of_endpoint},
    identity::{ContractHash, Standing},
};

use super::{
    Dialer, Epoch, Router, Worker,
    choice::{Choice, Pick},
    judging::Judging,
};

/// The workers of one endpoint, kept current from discovery.
pub struct Workers {
    path: [String; 3],
    /// The contract that the client was built with.
    contract: Option<ContractHash>,
    dialer: Arc<Dialer>,
    judging: Arc<Judging>,
    current: RwLock<Current>,
    epoch: Arc<Epoch>,
    /// Held from reading discovery to writing the list, so that an older state never replaces a newer one.
    updating: Mutex<()>,
    turn: AtomicUsize,
    /// Instances that speak no wire that is spoken here, and why.
    unusable: Mutex<Vec<(Arc<Instance>, String)>>,
    changes: watch::Sender<()>,
}

impl Workers {
    pub(super) fn new(
        path: [&str; 3],
        contract: Option<ContractHash>,
        dialer: Arc<Dialer>,
        judging: Arc<Judging>,
    ) -> Self {
        Self {
            path: path.map(str::to_owned),
            contract,
            dialer,
            epoch: Arc::clone(judging.epoch()),
            judging,
            current: RwLock::default(),
            updating: Mutex::default(),
            turn: AtomicUsize::new(0),
            unusable: Mutex::default(),
            changes: watch::Sender::new(()),
        }
    }

    pub fn snapshot(&self) -> Arc<Vec<Arc<Worker>>> {
        Arc::clone(&self.current.read().list)
    }

    /// Marked as changed whenever the list changes.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Takes over what discovery knows. Workers whose record is the same keep their counts.
    pub(super) fn update(&self, discovered: &watch::Receiver<Instances>) {
        let _updating = self.updating.lock();
        let instances = discovered.borrow().clone();
        let [namespace, component, endpoint] = &self.path;
        let old = self.snapshot();
        let registered = of_endpoint(&instances, namespace, component, endpoint);
        self.unusable.lock().retain(|(known, _)| registered.contains(known));
        let mut list: Vec<Arc<Worker>> = registered
            .iter()
            .filter_map(|instance| {
                let known = old
                    .binary_search_by_key(&instance.instance_id, |worker| worker.id())
                    .ok()
                    .and_then(|place| old.get(place))
                    .filter(|worker| worker.instance() == instance);
                known.cloned().or_else(|| self.worker(instance))
            })
            .collect();
        list.sort_by_key(|worker| worker.id());
        let same = list.len() == old.len() && list.iter().zip(old.iter()).all(|(new, old)| Arc::ptr_eq(new, old));
        if !same {
            let current = Current {
                list: Arc::new(list),
                choice: None,
            };
            let _old = std::mem::replace(&mut *self.current.write(), current);
            self.changes.send_replace(());
        }
    }

    /// `None`: it speaks no wire that this process speaks, which is told once.
    fn worker(&self, instance: &Arc<Instance>) -> Option<Arc<Worker>> {
        let why = match self.dialer.target(instance) {
            Ok(target) => {
                let pair = self.contract.and_then(|ours| self.judging.pair(ours, instance));
                let worker = Arc::new(Worker::new(Arc::clone(instance), target, pair, Arc::clone(&self.epoch)));
                self.judging.joined(&worker);
                return Some(worker);
            }
            Err(why) => why,
        };
        let mut unusable = self.unusable.lock();
        if !unusable.iter().any(|(known, _)| known == instance) {
            let id = instance.instance_id;
            tracing::warn!(path = %instance.path(), id, why, "an instance that cannot be called");
            unusable.push((Arc::clone(instance), why));
        }
        None
    }

    /// Why instances that are registered cannot be called; empty if there are none.
    pub(super) fn unusable(&self) -> Vec<String> {
        self.unusable.lock().iter().map(|(_, why)| why.clone()).collect()
    }

    /// Marks the list as changed when something else is known about a contract in it.
    pub(super) fn judged(&self) {
        if self.snapshot().iter().any(|worker| worker.pair().is_some()) {
            self.changes.send_replace(());
        }
    }

    /// Chooses a worker that is not in `tried`; those that are healthy and known to understand the caller first.
    pub(super) fn pick(&self, router: Router, tried: &[u64]) -> Pick {
        if let Router::Direct(id) = router {
            return self.direct(id, tried);
        }
        let turn = if router == Router::RoundRobin {
            self.turn.fetch_add(1, Ordering::Relaxed)
        } else {
            0
        };
        let list = {
            let current = self.current.read();
            let choice = current.choice.as_ref().filter(|choice| choice.holds(&self.epoch));
            match choice {
                Some(choice) if tried.is_empty() => return choice.pick(router, turn),
                _ => Arc::clone(&current.list),
            }
        };
        let choice = Choice::of(&list, tried, &self.epoch);
        let pick = choice.pick(router, turn);
        if tried.is_empty() {
            let mut current = self.current.write();
            if Arc::ptr_eq(&current.list, &list) {
                current.choice = Some(choice);
            }
        }
        pick
    }

    fn direct(&self, id: u64, tried: &[u64]) -> Pick {
        let list = self.snapshot();
        let place = list.binary_search_by_key(&id, |worker| worker.id()).ok();
        let worker = place
            .and_then(|place| list.get(place))
            .filter(|worker| !tried.contains(&worker.id()));
        worker.map_or(Pick::Nobody, |worker| match worker.standing() {
            Standing::Compatible | Standing::Unknown => Pick::Worker(Arc::clone(worker)),
            Standing::Pending => Pick::Pending,
            Standing::Incompatible => Pick::Incompatible(Arc::clone(worker)),
        })
    }
}

/// Who is there, and what follows from it.
#[derive(Default)]
struct Current {
    /// By id.
    list: Arc<Vec<Arc<Worker>>>,
    /// Of all in the list; absent until somebody is chosen.
    choice: Option<Choice>,
}
