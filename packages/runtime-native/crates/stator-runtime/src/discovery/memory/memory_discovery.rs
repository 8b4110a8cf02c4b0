use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::watch;

use super::{
    super::{
        BoxFuture, Bucket, Discovery, Entries, Instance, Instances, Membership,
        connection_id::connection_id,
        registration::{check_registration, closed},
    },
    MemoryStore,
};
use crate::{Error, ErrorCode, Result};

/// Records by bucket and key.
type OwnEntries = HashMap<(Bucket, String), Arc<[u8]>>;

/// One connection to a [`MemoryStore`]. Dropping it withdraws what it registered.
#[derive(Debug)]
pub struct MemoryDiscovery {
    store: MemoryStore,
    member: watch::Sender<Membership>,
    /// Held while a record is put, so that none appears after `close`.
    closed: Mutex<bool>,
    /// What this connection has put into buckets.
    own: Mutex<OwnEntries>,
}

impl MemoryDiscovery {
    pub fn connect(store: MemoryStore) -> Result<Self> {
        Ok(Self {
            store,
            member: watch::Sender::new(Membership {
                id: connection_id()?,
                held: true,
            }),
            closed: Mutex::new(false),
            own: Mutex::default(),
        })
    }

    fn put(&self, instance: Instance) -> Result<()> {
        check_registration(self, &instance)?;
        let is_closed = self.closed.lock();
        if *is_closed {
            return Err(closed(self));
        }
        if !self.member.borrow().held {
            return Err(Error::new(
                ErrorCode::Discovery,
                "the lease was lost, and there is no other yet",
            ));
        }
        self.store.put(instance);
        Ok(())
    }

    fn withdraw_all(&self) {
        *self.closed.lock() = true;
        self.store
            .remove(|instance| instance.instance_id == self.connection_id());
        for ((bucket, key), value) in self.own.lock().drain() {
            self.store.remove_entry(bucket, &key, &value);
        }
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
        self.member.borrow().id
    }

    fn membership(&self) -> Option<watch::Receiver<Membership>> {
        Some(self.member.subscribe())
    }

    fn set_held(&self, held: bool) -> Result<()> {
        let is_closed = self.closed.lock();
        let now = *self.member.borrow();
        if *is_closed || now.held == held {
            return Ok(());
        }
        if held {
            let id = connection_id()?;
            self.member.send_replace(Membership { id, held });
            return Ok(());
        }
        self.member.send_replace(Membership { id: now.id, held });
        self.store.remove(|instance| instance.instance_id == now.id);
        for ((bucket, key), value) in self.own.lock().drain() {
            self.store.remove_entry(bucket, &key, &value);
        }
        Ok(())
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
            self.store.remove(|instance| {
                instance.instance_id == self.connection_id() && instance.serves(namespace, component, endpoint)
            });
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

    fn put_entry<'a>(&'a self, bucket: Bucket, key: String, value: Vec<u8>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let is_closed = self.closed.lock();
            if *is_closed {
                return Err(closed(self));
            }
            let value: Arc<[u8]> = value.into();
            self.own.lock().insert((bucket, key.clone()), Arc::clone(&value));
            self.store.put_entry(bucket, key, value);
            Ok(())
        })
    }

    fn remove_entry<'a>(&'a self, bucket: Bucket, key: String) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let removed = self.own.lock().remove_entry(&(bucket, key));
            if let Some(((bucket, key), value)) = removed {
                self.store.remove_entry(bucket, &key, &value);
            }
            Ok(())
        })
    }

    fn watch_entries<'a>(&'a self, bucket: Bucket) -> BoxFuture<'a, Result<watch::Receiver<Entries>>> {
        Box::pin(async move {
            if *self.closed.lock() {
                Err(closed(self))
            } else {
                Ok(self.store.subscribe_entries(bucket))
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
