use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, LazyLock, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;

use crate::{
    Error, ErrorCode, Result,
    discovery::BoxFuture,
    server::Server,
    transport::{self, Link, PipeBreaker},
};

use super::RequestPlane;

/// Who listens in this process.
static LISTENERS: LazyLock<Mutex<HashMap<String, Weak<Server>>>> = LazyLock::new(Mutex::default);
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Calls inside one process: the frames, credit and limits of the wire, over a pipe in memory.
#[derive(Default)]
pub struct MemoryPlane {
    address: Mutex<Option<String>>,
    dialled: Mutex<Dialled>,
}

/// How far the addresses of others can be reached.
#[derive(Default)]
struct Dialled {
    /// Those that cannot.
    unreachable: HashSet<String>,
    links: Vec<(String, PipeBreaker)>,
}

impl RequestPlane for MemoryPlane {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn listen<'a>(&'a self, server: Arc<Server>) -> BoxFuture<'a, Result<String>> {
        Box::pin(async move {
            let mut address = self.address.lock();
            if let Some(address) = &*address {
                return Ok(address.clone());
            }
            let fresh = format!("memory:{}", NEXT.fetch_add(1, Ordering::Relaxed));
            LISTENERS.lock().insert(fresh.clone(), Arc::downgrade(&server));
            Ok(address.insert(fresh).clone())
        })
    }

    fn dial<'a>(&'a self, address: &'a str) -> BoxFuture<'a, Result<Link>> {
        Box::pin(async move {
            let mut dialled = self.dialled.lock();
            if dialled.unreachable.contains(address) {
                return Err(Error::new(
                    ErrorCode::Unavailable,
                    format!("{address} cannot be reached"),
                ));
            }
            let server = LISTENERS.lock().get(address).and_then(Weak::upgrade);
            let Some(server) = server else {
                return Err(Error::new(
                    ErrorCode::Unavailable,
                    format!("nobody listens at {address} in this process"),
                ));
            };
            let (ours, theirs) = transport::pair();
            dialled.links.retain(|(_, link)| link.is_open());
            dialled.links.push((address.to_owned(), ours.breaker()));
            tokio::spawn(server.run(Link::Memory(theirs), "memory".to_owned()));
            Ok(Link::Memory(ours))
        })
    }

    fn set_reachable(&self, address: &str, reachable: bool) -> Result<()> {
        let mut dialled = self.dialled.lock();
        if reachable {
            dialled.unreachable.remove(address);
            return Ok(());
        }
        dialled.unreachable.insert(address.to_owned());
        for (_, link) in dialled.links.extract_if(.., |(to, _)| to == address) {
            link.break_off();
        }
        Ok(())
    }

    fn stop_listening(&self) {
        if let Some(address) = &*self.address.lock() {
            LISTENERS.lock().remove(address);
        }
    }
}

impl Drop for MemoryPlane {
    fn drop(&mut self) {
        self.stop_listening();
    }
}
