use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use stator_runtime::{
    Error, ErrorCode, Result,
    kv::{Claim, ClaimKind, ClaimOptions, KeptLease, Kv, Lost, PutOptions, Watch},
};
use tokio::sync::Notify;

use crate::kv_action::{KvAction, KvBatch, KvEntry, KvGuard, KvHeld, KvPage, KvWatched, KvWritten};

/// What JavaScript holds of the store, and what it watches, by the numbers that JavaScript gave.
#[derive(Default)]
pub struct KvSession {
    held: Mutex<FxHashMap<u32, Slot>>,
    watches: Mutex<FxHashMap<u32, Arc<WatchSlot>>>,
}

enum Slot {
    /// It is waited for; the wait is given up when this is notified.
    Awaited(Arc<Notify>),
    Held(Held),
}

enum Held {
    Lease(KeptLease),
    Claim(Claim),
}

struct WatchSlot {
    watch: tokio::sync::Mutex<Box<dyn Watch>>,
    ended: Notify,
}

impl KvSession {
    /// Makes room for what is going to be held, so that it can be given up from then on, whichever task runs first.
    pub fn announce(&self, action: &KvAction) {
        if let KvAction::Lease { held, .. } | KvAction::Claim { held, .. } = action {
            self.held.lock().insert(*held, Slot::Awaited(Arc::default()));
        }
    }

    /// It is not going to be held.
    pub fn withdraw(&self, action: &KvAction) {
        if let KvAction::Lease { held, .. } | KvAction::Claim { held, .. } = action {
            self.held.lock().remove(held);
        }
    }

    /// Does what was asked; gives the answer as JSON.
    pub async fn run(&self, kv: Kv, action: KvAction) -> Result<Box<RawValue>> {
        match action {
            KvAction::Get { key } => json(&kv.get(&key).await?.map(KvEntry::from)),
            KvAction::List { prefix, after, limit } => {
                let page = kv.list(&prefix, after.as_deref(), limit as usize).await?;
                json(&KvPage::from(page))
            }
            KvAction::Put {
                key,
                value,
                expect,
                guard,
                lease,
                ttl_ms,
            } => {
                let options = PutOptions {
                    expect: expect.read()?,
                    guard: guard.map(KvGuard::read).transpose()?,
                    lease: lease.map_or(Ok(0), |held| self.lease_id(held))?,
                    ttl: ttl_ms.map(milliseconds),
                };
                json(&KvWritten::from(kv.put(&key, value.into_bytes()?, options).await?))
            }
            KvAction::Delete { key, expect, guard } => {
                let guard = guard.map(KvGuard::read).transpose()?;
                json(&KvWritten::from(kv.delete(&key, expect.read()?, guard).await?))
            }
            KvAction::Lease { held, ttl_ms } => {
                let lease = self.wait(held, kv.lease(milliseconds(ttl_ms)));
                self.hold(held, lease.await.map(Held::Lease))
            }
            KvAction::Claim {
                held,
                kind,
                name,
                value,
                ttl_ms,
                wait_ms,
            } => {
                let options = ClaimOptions {
                    kind: kind.into(),
                    name,
                    value: value.into_bytes().inspect_err(|_| {
                        self.held.lock().remove(&held);
                    })?,
                    ttl: milliseconds(ttl_ms),
                    wait: wait_ms.map(milliseconds),
                };
                let claim = self.wait(held, kv.claim(options));
                self.hold(held, claim.await.map(Held::Claim))
            }
            KvAction::Lost { held } => Err(self.lost(held)?.reason().await),
            KvAction::Release { held } => {
                let slot = self.held.lock().remove(&held);
                match slot {
                    Some(Slot::Awaited(awaited)) => awaited.notify_one(),
                    Some(Slot::Held(Held::Lease(lease))) => lease.release().await,
                    Some(Slot::Held(Held::Claim(claim))) => claim.release().await,
                    None => {}
                }
                json(&())
            }
            KvAction::Holder { kind, name } => json(&kv.holder(kind.into(), &name).await?.map(KvEntry::from)),
            KvAction::Watch { watch, of } => {
                let opened = match of {
                    KvWatched::Key(key) => kv.watch_key(&key).await?,
                    KvWatched::Prefix(prefix) => kv.watch(&prefix).await?,
                    KvWatched::Election(name) => kv.watch_claims(ClaimKind::Election, &name).await?,
                };
                let slot = WatchSlot {
                    watch: tokio::sync::Mutex::new(opened),
                    ended: Notify::new(),
                };
                self.watches.lock().insert(watch, Arc::new(slot));
                json(&())
            }
            KvAction::Next { watch } => {
                let slot = self.watches.lock().get(&watch).cloned().ok_or_else(ended)?;
                let mut watch = slot.watch.lock().await;
                tokio::select! {
                    batch = watch.next() => json(&KvBatch::from(batch?)),
                    () = slot.ended.notified() => Err(ended()),
                }
            }
            KvAction::Unwatch { watch } => {
                if let Some(slot) = self.watches.lock().remove(&watch) {
                    slot.ended.notify_one();
                }
                json(&())
            }
        }
    }

    /// Waits for something that JavaScript may give up meanwhile.
    async fn wait<T>(&self, held: u32, work: impl Future<Output = Result<T>>) -> Result<T> {
        let awaited = match self.held.lock().get(&held) {
            Some(Slot::Awaited(awaited)) => Arc::clone(awaited),
            Some(Slot::Held(_)) | None => return Err(given_up()),
        };
        tokio::select! {
            done = work => done,
            () = awaited.notified() => Err(given_up()),
        }
    }

    /// Keeps what was waited for, unless it was given up.
    fn hold(&self, number: u32, waited: Result<Held>) -> Result<Box<RawValue>> {
        let mut slots = self.held.lock();
        if !slots.contains_key(&number) {
            // Dropped here, which gives it up.
            return Err(waited.err().unwrap_or_else(given_up));
        }
        let held = waited.inspect_err(|_| {
            slots.remove(&number);
        })?;
        let (ttl, guard) = match &held {
            Held::Lease(lease) => (lease.ttl(), None),
            Held::Claim(claim) => (claim.ttl(), Some(KvGuard::from(claim.guard()))),
        };
        slots.insert(number, Slot::Held(held));
        json(&KvHeld {
            guard,
            ttl_ms: u32::try_from(ttl.as_millis()).unwrap_or(u32::MAX),
        })
    }

    fn lost(&self, held: u32) -> Result<Lost> {
        match self.held.lock().get(&held) {
            Some(Slot::Held(Held::Lease(lease))) => Ok(lease.lost()),
            Some(Slot::Held(Held::Claim(claim))) => Ok(claim.lost()),
            Some(Slot::Awaited(_)) | None => Err(Error::new(ErrorCode::ShuttingDown, "it was given up")),
        }
    }

    fn lease_id(&self, held: u32) -> Result<u64> {
        match self.held.lock().get(&held) {
            Some(Slot::Held(Held::Lease(lease))) => Ok(lease.id()),
            Some(Slot::Held(Held::Claim(claim))) => Ok(claim.lease()),
            Some(Slot::Awaited(_)) | None => Err(Error::new(ErrorCode::Conflict, "the lease was released")),
        }
    }
}

fn json(answer: &impl Serialize) -> Result<Box<RawValue>> {
    to_raw_value(answer).map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            format!("an answer that cannot be written: {error}"),
        )
    })
}

fn milliseconds(time: u32) -> Duration {
    Duration::from_millis(u64::from(time))
}

fn given_up() -> Error {
    Error::new(ErrorCode::Cancelled, "the wait was given up")
}

fn ended() -> Error {
    Error::new(ErrorCode::Cancelled, "the watch was ended")
}
