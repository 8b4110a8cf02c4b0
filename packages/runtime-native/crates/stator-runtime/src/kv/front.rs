use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Batch, Claim, ClaimKind, ClaimOptions, Entry, Event, Expect, Guard, KeptLease, List, Operation, Outcome, Page,
    Range, Store, Watch, Write,
    claim::holder,
    limits::{check_key, check_limit, check_prefix, check_ttl, check_value},
};
use crate::{Error, ErrorCode, Result, discovery::BoxFuture};

/// What applications' keys begin with in the back end, so that they are apart from claims.
const OWN: &str = "kv/";

/// The store as applications have it. Cheap to clone.
#[derive(Clone)]
pub struct Kv(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    closing: CancellationToken,
    tasks: TaskTracker,
}

/// How to put a value.
#[derive(Debug, Clone)]
pub struct PutOptions {
    pub expect: Expect,
    pub guard: Option<Guard>,
    /// The key goes with this lease; 0 for none.
    pub lease: u64,
    /// The key goes after this time, unless it is written again.
    pub ttl: Option<Duration>,
}

impl Default for PutOptions {
    fn default() -> Self {
        Self {
            expect: Expect::Anything,
            guard: None,
            lease: 0,
            ttl: None,
        }
    }
}

impl Kv {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(Arc::new(Inner {
            store,
            closing: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }))
    }

    /// `memory`, `file` or `etcd`.
    pub fn backend(&self) -> &'static str {
        self.0.store.backend()
    }

    pub async fn get(&self, key: &str) -> Result<Option<Entry>> {
        check_key("the key", key)?;
        let found = self.store()?.get(&format!("{OWN}{key}")).await?;
        Ok(found.map(|entry| shortened(entry, OWN.len())))
    }

    /// A page of those that begin with `prefix`, sorted by the bytes of their keys.
    pub async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Page> {
        check_prefix(prefix)?;
        check_limit(limit)?;
        if let Some(after) = after {
            check_key("the key to go on after", after)?;
        }
        let list = List {
            prefix: format!("{OWN}{prefix}"),
            after: after.map(|after| format!("{OWN}{after}")),
            limit,
        };
        let mut page = self.store()?.list(list).await?;
        page.entries = page
            .entries
            .into_iter()
            .map(|entry| shortened(entry, OWN.len()))
            .collect();
        Ok(page)
    }

    /// Puts a value. The outcome is `Written` or `Mismatch`.
    ///
    /// Fails with `conflict` when the lease, or the claim of the guard, is gone.
    pub async fn put(&self, key: &str, value: Bytes, options: PutOptions) -> Result<Outcome> {
        check_key("the key", key)?;
        check_value(key, &value)?;
        let PutOptions {
            expect,
            guard,
            mut lease,
            ttl,
        } = options;
        let store = self.store()?;
        if let Some(ttl) = ttl {
            check_ttl(ttl)?;
            if lease != 0 {
                return Err(Error::new(
                    ErrorCode::InvalidArgument,
                    "a key goes with its lease or after a time to live; give one of the two",
                ));
            }
            lease = store.grant(ttl).await?.id;
        }
        let write = Write {
            key: format!("{OWN}{key}"),
            operation: Operation::Put { value, lease },
            expect,
            guard,
        };
        let written = store.write(write).await;
        if ttl.is_some() && !matches!(written, Ok(Outcome::Written { .. }) | Err(_)) {
            // Nothing is bound to it; it would end by itself.
            let _ = store.revoke(lease).await;
        }
        finished(key, written?)
    }

    /// Deletes a key. The outcome is `Written`, `Nothing` or `Mismatch`.
    ///
    /// Fails with `conflict` when the claim of the guard is gone.
    pub async fn delete(&self, key: &str, expect: Expect, guard: Option<Guard>) -> Result<Outcome> {
        check_key("the key", key)?;
        let write = Write {
            key: format!("{OWN}{key}"),
            operation: Operation::Delete,
            expect,
            guard,
        };
        finished(key, self.store()?.write(write).await?)
    }

    /// What begins with `prefix`, and then every change of it.
    pub async fn watch(&self, prefix: &str) -> Result<Box<dyn Watch>> {
        check_prefix(prefix)?;
        self.follow(Range::Prefix(format!("{OWN}{prefix}")), OWN.len()).await
    }

    /// One key, and then every change of it.
    pub async fn watch_key(&self, key: &str) -> Result<Box<dyn Watch>> {
        check_key("the key", key)?;
        self.follow(Range::Key(format!("{OWN}{key}")), OWN.len()).await
    }

    /// Those who claim a name, and how they come and go. Who was created first holds it.
    pub async fn watch_claims(&self, kind: ClaimKind, name: &str) -> Result<Box<dyn Watch>> {
        check_key("the name", name)?;
        self.follow(Range::Prefix(kind.prefix(name)), 0).await
    }

    /// A lease that is renewed until it is released, or dropped, or this store is closed.
    pub async fn lease(&self, ttl: Duration) -> Result<KeptLease> {
        check_ttl(ttl)?;
        KeptLease::take(self.store()?, ttl, &self.0.tasks, &self.0.closing).await
    }

    /// Waits until the claim is the first of its name.
    ///
    /// Fails with `deadline_exceeded` when that takes longer than the options say, and with `conflict` when the claim was
    /// lost meanwhile.
    pub async fn claim(&self, options: ClaimOptions) -> Result<Claim> {
        check_key("the name", &options.name)?;
        check_value(&options.name, &options.value)?;
        let lease = self.lease(options.ttl).await?;
        let claimed = Claim::acquire(self.store()?, lease, options);
        tokio::select! {
            claimed = claimed => claimed,
            () = self.0.closing.cancelled() => Err(closed()),
        }
    }

    /// The claim that holds a name, if anybody does.
    pub async fn holder(&self, kind: ClaimKind, name: &str) -> Result<Option<Entry>> {
        check_key("the name", name)?;
        holder(&**self.store()?, &kind.prefix(name)).await
    }

    /// Gives up what is held, and ends the back end's tasks.
    pub async fn close(&self) {
        self.0.closing.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        self.0.store.close();
    }

    async fn follow(&self, range: Range, cut: usize) -> Result<Box<dyn Watch>> {
        let inner = self.store()?.watch(range).await?;
        Ok(Box::new(FrontWatch {
            inner,
            cut,
            kv: Arc::clone(&self.0),
        }))
    }

    fn store(&self) -> Result<&Arc<dyn Store>> {
        if self.0.closing.is_cancelled() {
            return Err(closed());
        }
        Ok(&self.0.store)
    }
}

/// A watch whose keys are those of applications.
struct FrontWatch {
    inner: Box<dyn Watch>,
    cut: usize,
    /// The back end lives for as long as somebody watches.
    kv: Arc<Inner>,
}

impl Watch for FrontWatch {
    fn next(&mut self) -> BoxFuture<'_, Result<Batch>> {
        Box::pin(async move {
            let mut batch = tokio::select! {
                batch = self.inner.next() => batch?,
                () = self.kv.closing.cancelled() => return Err(closed()),
            };
            for event in &mut batch.events {
                match event {
                    Event::Put(entry) => entry.key.drain(..self.cut),
                    Event::Delete { key, .. } => key.drain(..self.cut),
                };
            }
            Ok(batch)
        })
    }
}

fn finished(key: &str, outcome: Outcome) -> Result<Outcome> {
    match outcome {
        Outcome::Mismatch { current } => Ok(Outcome::Mismatch {
            current: current.map(|entry| shortened(entry, OWN.len())),
        }),
        Outcome::Fenced => Err(Error::new(
            ErrorCode::Conflict,
            format!("{key:?} was not changed: the lock or the leadership that guards it is not held any more"),
        )),
        Outcome::NoLease => Err(Error::new(
            ErrorCode::Conflict,
            format!("{key:?} was not changed: the lease that it was to be bound to is gone"),
        )),
        done => Ok(done),
    }
}

fn shortened(mut entry: Entry, cut: usize) -> Entry {
    entry.key.drain(..cut);
    entry
}

fn closed() -> Error {
    Error::new(
        ErrorCode::ShuttingDown,
        "the store was closed, as this runtime has shut down",
    )
}
