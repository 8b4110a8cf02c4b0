use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::{Instant, timeout_at};

use super::{Entry, Event, Expect, Guard, KeptLease, List, Lost, Operation, Outcome, Range, Store, Watch, Write};
use crate::{Error, ErrorCode, Result, connection::NEVER};

/// Claims that one request reads.
const PAGE: usize = 500;

/// What a claim is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimKind {
    Lock,
    Election,
}

impl ClaimKind {
    fn word(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Election => "election",
        }
    }

    /// What the keys of all claims to a name begin with.
    pub(super) fn prefix(self, name: &str) -> String {
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        match self {
            Self::Lock => format!("locks/{name}/"),
            Self::Election => format!("elections/{name}/"),
        }
    }
}

/// How to claim.
#[derive(Debug, Clone)]
pub struct ClaimOptions {
    pub kind: ClaimKind,
    pub name: String,
    /// What others see of who holds it.
    pub value: Bytes,
    /// How long it stays held when the holder dies, or is suspended.
    pub ttl: Duration,
    /// How long to wait for it; zero: not at all; `None`: for ever.
    pub wait: Option<Duration>,
}

/// A lock that is held, or an election that was won. Claims of one name are served in the order in which they came.
/// Dropping it gives it up.
#[derive(Debug)]
pub struct Claim {
    lease: KeptLease,
    guard: Guard,
}

impl Claim {
    /// The condition for writes that only its holder may do. The token is larger than that of every holder before.
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// The lease that it hangs on; keys can be bound to it too.
    pub fn lease(&self) -> u64 {
        self.lease.id()
    }

    /// How long it stays held without being renewed.
    pub fn ttl(&self) -> Duration {
        self.lease.ttl()
    }

    pub fn lost(&self) -> Lost {
        self.lease.lost()
    }

    /// Gives it up, and waits until that is done.
    pub async fn release(self) {
        self.lease.release().await;
    }

    /// Puts a claim into the queue and waits until it is the first. The lease is given up when this future is dropped.
    pub(super) async fn acquire(store: &Arc<dyn Store>, lease: KeptLease, options: ClaimOptions) -> Result<Self> {
        let ClaimOptions {
            kind,
            name,
            value,
            wait,
            ..
        } = options;
        let until = Instant::now() + wait.unwrap_or(NEVER).min(NEVER);
        let prefix = kind.prefix(&name);
        let key = format!("{prefix}{:016x}", lease.id());
        let write = Write {
            key: key.clone(),
            operation: Operation::Put {
                value,
                lease: lease.id(),
            },
            expect: Expect::Absent,
            guard: None,
        };
        let Outcome::Written { revision: token } = store.write(write).await? else {
            return Err(lost_meanwhile(kind, &name));
        };
        let lost = lease.lost();
        loop {
            let Some(ahead) = next_before(store, &prefix, &key, token).await? else {
                break;
            };
            let gone = tokio::select! {
                gone = timeout_at(until, gone(store, ahead)) => gone,
                reason = lost.clone().reason() => return Err(reason),
            };
            match gone {
                Ok(gone) => gone?,
                Err(_) => {
                    return Err(Error::new(
                        ErrorCode::DeadlineExceeded,
                        format!(
                            "the {} {name:?} is held by somebody else, and was not free within {} ms",
                            kind.word(),
                            wait.unwrap_or_default().as_millis()
                        ),
                    ));
                }
            }
        }
        follow(store, &lease, &key).await?;
        let guard = Guard { key, token };
        Ok(Self { lease, guard })
    }
}

/// Who holds it now.
pub(super) async fn holder(store: &dyn Store, prefix: &str) -> Result<Option<Entry>> {
    let mut first: Option<Entry> = None;
    each(store, prefix, |entry| {
        if first.as_ref().is_none_or(|first| entry.created < first.created) {
            first = Some(entry);
        }
    })
    .await?;
    Ok(first)
}

/// The key of the claim that came just before ours; `None` when ours is the first.
async fn next_before(store: &Arc<dyn Store>, prefix: &str, own: &str, token: u64) -> Result<Option<String>> {
    let mut before: Option<Entry> = None;
    let mut there = false;
    each(&**store, prefix, |entry| {
        there |= entry.key == own && entry.created == token;
        if entry.created < token && before.as_ref().is_none_or(|before| entry.created > before.created) {
            before = Some(entry);
        }
    })
    .await?;
    if there {
        Ok(before.map(|entry| entry.key))
    } else {
        Err(Error::new(
            ErrorCode::Conflict,
            "the claim was deleted while it waited; claim again",
        ))
    }
}

async fn each(store: &dyn Store, prefix: &str, mut take: impl FnMut(Entry)) -> Result<()> {
    let mut after = None;
    loop {
        let list = List {
            prefix: prefix.to_owned(),
            after,
            limit: PAGE,
        };
        let page = store.list(list).await?;
        after = page.entries.last().map(|entry| entry.key.clone());
        page.entries.into_iter().for_each(&mut take);
        if !page.more {
            return Ok(());
        }
    }
}

/// Waits until a key is not there.
async fn gone(store: &Arc<dyn Store>, key: String) -> Result<()> {
    let mut watch = store.watch(Range::Key(key)).await?;
    until_gone(&mut *watch).await
}

async fn until_gone(watch: &mut dyn Watch) -> Result<()> {
    let mut there = false;
    loop {
        let batch = watch.next().await?;
        for event in &batch.events {
            there = matches!(event, Event::Put(_));
        }
        // The initial phase may come in several batches.
        if !there && (batch.complete || !batch.events.is_empty()) {
            return Ok(());
        }
    }
}

/// Gives the lease up when somebody deletes the key that is bound to it.
async fn follow(store: &Arc<dyn Store>, lease: &KeptLease, key: &str) -> Result<()> {
    let mut watch = store.watch(Range::Key(key.to_owned())).await?;
    let (lose, lost) = (lease.loser(), lease.lost());
    tokio::spawn(async move {
        tokio::select! {
            gone = until_gone(&mut *watch) => {
                if gone.is_ok() {
                    lose("somebody deleted the claim, or its lease ended");
                }
            }
            _ = lost.reason() => {}
        }
    });
    Ok(())
}

fn lost_meanwhile(kind: ClaimKind, name: &str) -> Error {
    Error::new(
        ErrorCode::Conflict,
        format!(
            "the lease for the {} {name:?} was lost before it could be claimed",
            kind.word()
        ),
    )
}
