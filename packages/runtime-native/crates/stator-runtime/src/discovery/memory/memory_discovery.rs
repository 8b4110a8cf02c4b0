use parking_lot::Mutex;
use tokio::sync::watch;

use super::{
    super::{
        BoxFuture, Discovery, Instance, Instances,
        connection_id::connection_id,
        registration::{check_registration, closed},
    },
    MemoryStore,
};
use crate::Result;

/// One connection to a [`MemoryStore`]. Dropping it withdraws what it registered.
#[derive(Debug)]
pub struct MemoryDiscovery {
    store: MemoryStore,
    id: u64,
    /// Held while a record is put, so that none appears after `close`.
    closed: Mutex<bool>,
}

impl MemoryDiscovery {
    pub fn connect(store: MemoryStore) -> Result<Self> {
        Ok(Self {
            store,
            id: connection_id()?,
            closed: Mutex::new(false),
        })
    }

    fn put(&self, instance: Instance) -> Result<()> {
        check_registration(self, &instance)?;
        let is_closed = self.closed.lock();
        if *is_closed {
            return Err(closed(self));
        }
        self.store.put(instance);
        Ok(())
    }

    fn withdraw_all(&self) {
        *self.closed.lock() = true;
        self.store.remove(|instance| instance.instance_id == self.id);
    }
}

impl Discovery for MemoryDiscovery {
    fn backend(&self) -> &'static str {
        "memory"
    }

    fn location(&self) -> String {
        "this process".to_owned()
    }

    fn connection_id(&self) -> u64 {
        self.id
    }

    fn register<'a>(&'a self, instance: Instance) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { self.put(instance) })
    }

    fn unregister<'a>(
        &'a self,
        namespace: &'a str,
        component: &'a str,
        endpoint: &'a str,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.store
                .remove(|instance| instance.instance_id == self.id && instance.serves(namespace, component, endpoint));
            Ok(())
        })
    }

    fn watch<'a>(&'a self) -> BoxFuture<'a, Result<watch::Receiver<Instances>>> {
        Box::pin(async move {
            if *self.closed.lock() {
                Err(closed(self))
            } else {
                Ok(self.store.subscribe())
            }
        })
    }

    fn close<'a>(&'a self) -> BoxFuture<'a, ()> {
        Box::pin(async move { self.withdraw_all() })
    }
}

impl Drop for MemoryDiscovery {
    fn drop(&mut self) {
        self.withdraw_all();
    }
}
