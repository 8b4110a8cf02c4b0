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

use super::{Dialer, Router, Worker, judging::Judging};

/// The workers of one endpoint, kept current from discovery.
pub struct Workers {
    path: [String; 3],
    /// The contract that the client was built with.
    contract: Option<ContractHash>,
    dialer: Arc<Dialer>,
    judging: Arc<Judging>,
    list: RwLock<Arc<Vec<Arc<Worker>>>>,
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
            judging,
            list: RwLock::default(),
            updating: Mutex::default(),
            turn: AtomicUsize::new(0),
            unusable: Mutex::default(),
            changes: watch::Sender::new(()),
        }
    }

    pub fn snapshot(&self) -> Arc<Vec<Arc<Worker>>> {
        Arc::clone(&self.list.read())
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
            let _old = std::mem::replace(&mut *self.list.write(), Arc::new(list));
            self.changes.send_replace(());
        }
    }

    /// `None`: it speaks no wire that this process speaks, which is told once.
    fn worker(&self, instance: &Arc<Instance>) -> Option<Arc<Worker>> {
        let why = match self.dialer.target(instance) {
            Ok(target) => {
                let pair = self.contract.and_then(|ours| self.judging.pair(ours, instance));
                let worker = Arc::new(Worker::new(Arc::clone(instance), target, pair));
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
        let list = self.snapshot();
        let is_free = |worker: &Arc<Worker>| !tried.contains(&worker.id());
        if let Router::Direct(id) = router {
            let place = list.binary_search_by_key(&id, |worker| worker.id()).ok();
            let worker = place.and_then(|place| list.get(place)).filter(|worker| is_free(worker));
            return worker.map_or(Pick::Nobody, |worker| match worker.standing() {
                Standing::Compatible | Standing::Unknown => Pick::Worker(Arc::clone(worker)),
                Standing::Pending => Pick::Pending,
                Standing::Incompatible => Pick::Incompatible(Arc::clone(worker)),
            });
        }
        let turn = if router == Router::RoundRobin {
            self.turn.fetch_add(1, Ordering::Relaxed)
        } else {
            0
        };
        // Nearly always nobody is out of the question, and nothing has to be collected.
        if list.iter().all(|worker| is_free(worker) && worker.is_first_choice()) {
            return router.pick(&list, turn).cloned().map_or(Pick::Nobody, Pick::Worker);
        }
        let free: Vec<Arc<Worker>> = list.iter().filter(|worker| is_free(worker)).cloned().collect();
        let choose = |standing: Standing| {
            let of: Vec<_> = free
                .iter()
                .filter(|worker| worker.standing() == standing)
                .cloned()
                .collect();
            let healthy: Vec<_> = of.iter().filter(|worker| !worker.is_avoided()).cloned().collect();
            router
                .pick(if healthy.is_empty() { &of } else { &healthy }, turn)
                .cloned()
        };
        if let Some(worker) = choose(Standing::Compatible) {
            return Pick::Worker(worker);
        }
        if free.iter().any(|worker| worker.standing() == Standing::Pending) {
            return Pick::Pending;
        }
        let rest = choose(Standing::Unknown).map(Pick::Worker);
        rest.or_else(|| choose(Standing::Incompatible).map(Pick::Incompatible))
            .unwrap_or(Pick::Nobody)
    }
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
