use std::{
    collections::HashMap,
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
    transport::{self, Link},
};

use super::RequestPlane;

/// Who listens in this process.
static LISTENERS: LazyLock<Mutex<HashMap<String, Weak<Server>>>> = LazyLock::new(Mutex::default);
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Calls inside one process: the frames, credit and limits of the wire, over a pipe in memory.
#[derive(Default)]
pub struct MemoryPlane {
    address: Mutex<Option<String>>,
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
            let server = LISTENERS.lock().get(address).and_then(Weak::upgrade);
            let Some(server) = server else {
                return Err(Error::new(
                    ErrorCode::Unavailable,
                    format!("nobody listens at {address} in this process"),
                ));
            };
            let (ours, theirs) = transport::pair();
            tokio::spawn(server.run(Link::Memory(theirs), "memory".to_owned()));
            Ok(Link::Memory(ours))
        })
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
