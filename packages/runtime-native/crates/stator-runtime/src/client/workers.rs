use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use crate::discovery::{Instance, Instances, of_endpoint};

use super::{Dialer, Router, Worker};

/// The workers of one endpoint, kept current from discovery.
pub struct Workers {
    path: [String; 3],
    list: RwLock<Arc<Vec<Arc<Worker>>>>,
    /// Held from reading discovery to writing the list, so that an older state never replaces a newer one.
    updating: Mutex<()>,
    turn: AtomicUsize,
    /// Instances that speak no wire that is spoken here, and why.
    unusable: Mutex<Vec<(Arc<Instance>, String)>>,
    changes: watch::Sender<()>,
}

impl Workers {
    pub(super) fn new(path: [&str; 3]) -> Self {
        Self {
            path: path.map(str::to_owned),
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
    pub(super) fn update(&self, discovered: &watch::Receiver<Instances>, dialer: &Arc<Dialer>) {
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
                known.cloned().or_else(|| self.worker(instance, dialer))
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
    fn worker(&self, instance: &Arc<Instance>, dialer: &Arc<Dialer>) -> Option<Arc<Worker>> {
        let why = match dialer.target(instance) {
            Ok(target) => return Some(Arc::new(Worker::new(Arc::clone(instance), target))),
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

    /// Chooses a worker that is not in `tried`; healthy ones first.
    pub(super) fn pick(&self, router: Router, tried: &[u64]) -> Option<Arc<Worker>> {
        let list = self.snapshot();
        let is_free = |worker: &Arc<Worker>| !tried.contains(&worker.id());
        if let Router::Direct(id) = router {
            let place = list.binary_search_by_key(&id, |worker| worker.id()).ok()?;
            return list.get(place).filter(|worker| is_free(worker)).cloned();
        }
        let turn = if router == Router::RoundRobin {
            self.turn.fetch_add(1, Ordering::Relaxed)
        } else {
            0
        };
        // Nearly always nobody is out of the question, and nothing has to be collected.
        if list.iter().all(|worker| is_free(worker) && !worker.is_avoided()) {
            return router.pick(&list, turn).cloned();
        }
        let free: Vec<Arc<Worker>> = list.iter().filter(|worker| is_free(worker)).cloned().collect();
        let healthy: Vec<Arc<Worker>> = free.iter().filter(|worker| !worker.is_avoided()).cloned().collect();
        router
            .pick(if healthy.is_empty() { &free } else { &healthy }, turn)
            .cloned()
    }
}
