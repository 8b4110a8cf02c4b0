use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
};

use etcd_client::{EventType, WatchOptions, WatchResponse, WatchStream};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{
    keys::{bounds, entry, number},
    requests::{read, revisions},
};
use crate::{
    Error, ErrorCode, Result,
    discovery::{BoxFuture, EtcdOptions},
    etcd::{BackOff, EtcdConnection, Failure, FailureKind, watch_cancelled},
    kv::{
        Batch, Event, Phase, Range, Watch,
        limits::{BATCH_BYTES, BATCH_EVENTS, MAX_KEYS},
    },
};

/// Batches that wait for a reader. While it is full nothing is read from etcd, which keeps the changes.
const QUEUE: usize = 4;

/// One who watches. The work is done by a [`Follower`], so that nobody who does not read holds up the connection.
pub(super) struct EtcdWatch {
    batches: mpsc::Receiver<Result<Batch>>,
    stop: CancellationToken,
}

impl EtcdWatch {
    /// Begins to watch. Fails when etcd cannot be reached, or does not let us.
    pub(super) async fn start(follower: Follower) -> Result<Self> {
        let (sender, batches) = mpsc::channel(QUEUE);
        let stop = follower.stop.clone();
        let (ready, is_ready) = oneshot::channel();
        let own = stop.clone().drop_guard();
        tokio::spawn(follower.run(sender, ready));
        is_ready.await.unwrap_or_else(|_| Err(closed()))?;
        own.disarm();
        Ok(Self { batches, stop })
    }
}

impl Watch for EtcdWatch {
    fn next(&mut self) -> BoxFuture<'_, Result<Batch>> {
        Box::pin(async move {
            match self.batches.recv().await {
                Some(batch) => batch,
                None => Err(closed()),
            }
        })
    }
}

impl Drop for EtcdWatch {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Reads a range, follows its changes, and begins again after a break.
pub(super) struct Follower {
    connection: EtcdConnection,
    options: EtcdOptions,
    range: Range,
    stop: CancellationToken,
    /// What was told: the revision of each key.
    known: BTreeMap<String, u64>,
    /// The revision up to which everything was told; `None` before the first reading.
    position: Option<i64>,
}

/// Nobody reads any more.
struct Gone;

type Sender = mpsc::Sender<Result<Batch>>;
type Ready = oneshot::Sender<Result<()>>;

impl Follower {
    pub(super) fn new(connection: EtcdConnection, options: EtcdOptions, range: Range, stop: CancellationToken) -> Self {
        Self {
            connection,
            options,
            range,
            stop,
            known: BTreeMap::new(),
            position: None,
        }
    }

    async fn run(mut self, sender: Sender, ready: Ready) {
        let stop = self.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            _ = self.follow(sender, ready) => {}
        }
    }

    async fn follow(&mut self, sender: Sender, ready: Ready) -> Result<(), Gone> {
        let mut ready = Some(ready);
        let mut back_off = self.options.back_off();
        loop {
            let failure = match self.attempt(&sender, &mut ready, &mut back_off).await {
                Ok(never) => match never {},
                Err(Trouble::Gone) => return Err(Gone),
                Err(Trouble::Failed(failure)) => failure,
                Err(Trouble::TooMany) => {
                    let error = too_many(&self.range);
                    return match ready.take() {
                        Some(ready) => ready.send(Err(error)).map_err(|_| Gone),
                        None => sender.send(Err(error)).await.map_err(|_| Gone),
                    };
                }
            };
            if failure.kind == FailureKind::Denied {
                // A token that etcd has forgotten looks like a missing right; the next attempt shows whether it was that.
                let _ = self.connection.authenticate().await;
            }
            // The first attempt is somebody's request. Later ones are nobody's, so they go on.
            if let Some(ready) = ready.take() {
                let error = failure.into_error(&self.options.location());
                return ready.send(Err(error)).map_err(|_| Gone);
            }
            tracing::debug!(
                reason = failure.reason,
                "a watch of the store was interrupted, and goes on"
            );
            if failure.kind != FailureKind::Compacted {
                sleep(back_off.wait()).await;
            }
        }
    }

    async fn attempt(
        &mut self,
        sender: &Sender,
        ready: &mut Option<Ready>,
        back_off: &mut BackOff,
    ) -> Result<Infallible, Trouble> {
        match self.position {
            Some(position) if self.still_agrees(position).await? => {}
            Some(_) => self.read_all(sender, Phase::Resync, ready).await?,
            None => self.read_all(sender, Phase::Initial, ready).await?,
        }
        loop {
            let slow = self.follow_changes(sender, back_off).await?;
            // Nothing was read while somebody was slow; etcd has kept what happened meanwhile.
            for batch in slow {
                sender.send(Ok(batch)).await.map_err(|_| Gone)?;
            }
        }
    }

    /// Tells changes until a reader is too slow; gives back what there was no room for. Nothing of the connection is held
    /// then.
    async fn follow_changes(&mut self, sender: &Sender, back_off: &mut BackOff) -> Result<VecDeque<Batch>, Trouble> {
        let mut stream = self.watch_on().await?;
        loop {
            let answer = stream.message().await.map_err(Failure::from)?;
            let answer = answer.ok_or_else(|| Failure::unreachable("etcd has ended the watch"))?;
            if let Some(failure) = watch_cancelled(&answer) {
                return Err(failure.into());
            }
            back_off.reset();
            let events = self.take(&answer);
            let mut batches = batches(Phase::Changes, events);
            while let Some(batch) = batches.pop_front() {
                match sender.try_reserve() {
                    Ok(place) => place.send(Ok(batch)),
                    Err(mpsc::error::TrySendError::Closed(())) => return Err(Trouble::Gone),
                    Err(mpsc::error::TrySendError::Full(())) => {
                        batches.push_front(batch);
                        return Ok(batches);
                    }
                }
            }
        }
    }

    async fn watch_on(&self) -> Result<WatchStream, Failure> {
        let (start, end) = bounds(&self.range);
        // From this revision itself: of its events some may not have come.
        let options = WatchOptions::new()
            .with_range(end)
            .with_start_revision(self.position.unwrap_or_default())
            .with_fragment();
        let mut client = self.connection.watch_client();
        self.connection.wait(client.watch(start, Some(options))).await
    }

    /// Whether etcd remembers the revision up to which everything was told, and it was then as we know it. Otherwise the
    /// changes since then cannot be had: they were compacted, or etcd lost its data.
    async fn still_agrees(&self, position: i64) -> Result<bool, Failure> {
        match revisions(&self.connection, &self.range, position, MAX_KEYS).await {
            Ok((then, _)) => Ok(then.len() == self.known.len()
                && then.iter().all(|(key, revision)| self.known.get(key) == Some(revision))),
            Err(failure) if failure.kind == FailureKind::Compacted => Ok(false),
            Err(failure) if failure.reason.contains("future revision") => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Tells the difference between what is known and what is there now. What was told is known, so after a break in the
    /// middle the rest follows.
    async fn read_all(&mut self, sender: &Sender, phase: Phase, ready: &mut Option<Ready>) -> Result<(), Trouble> {
        let (now, at) = revisions(&self.connection, &self.range, 0, MAX_KEYS).await?;
        if now.len() > MAX_KEYS {
            return Err(Trouble::TooMany);
        }
        // From here on every change is told, so whoever asked for the watch may go on.
        if let Some(ready) = ready.take() {
            ready.send(Ok(())).map_err(|_| Gone)?;
        }
        let now: BTreeMap<String, u64> = now.into_iter().collect();
        let deleted = self.known.keys().filter(|key| !now.contains_key(*key)).cloned();
        let deleted = deleted.map(|key| Event::Delete {
            key,
            revision: number(at),
        });
        self.tell(sender, phase, deleted.collect()).await?;
        let mut from = None;
        loop {
            let (records, _, more) = read(&self.connection, &self.range, from, at, usize::MAX, false).await?;
            from = records.last().map(|last| [last.key(), &[0]].concat());
            let entries = records.iter().filter_map(entry);
            let changed = entries.filter(|entry| self.known.get(&entry.key) != Some(&entry.revision));
            self.tell(sender, phase, changed.map(Event::Put).collect()).await?;
            if !more {
                break;
            }
        }
        self.position = Some(at);
        let complete = Batch {
            phase,
            events: Vec::new(),
            complete: true,
        };
        sender.send(Ok(complete)).await.map_err(|_| Trouble::Gone)
    }

    async fn tell(&mut self, sender: &Sender, phase: Phase, events: Vec<Event>) -> Result<(), Trouble> {
        for mut batch in batches(phase, events) {
            batch.complete = false;
            batch.events.iter().for_each(|event| self.know(event));
            sender.send(Ok(batch)).await.map_err(|_| Trouble::Gone)?;
        }
        Ok(())
    }

    /// The events of an answer that were not told before.
    fn take(&mut self, answer: &WatchResponse) -> Vec<Event> {
        let mut events = Vec::new();
        for event in answer.events() {
            let Some(record) = event.kv() else { continue };
            let revision = record.mod_revision();
            let Some(entry) = entry(record) else { continue };
            let event = match event.event_type() {
                EventType::Put if self.known.get(&entry.key) == Some(&entry.revision) => continue,
                EventType::Put => Event::Put(entry),
                EventType::Delete if !self.known.contains_key(&entry.key) => continue,
                EventType::Delete => Event::Delete {
                    key: entry.key,
                    revision: number(revision),
                },
            };
            self.know(&event);
            self.position = self.position.max(Some(revision));
            events.push(event);
        }
        events
    }

    fn know(&mut self, event: &Event) {
        match event {
            Event::Put(entry) => self.known.insert(entry.key.clone(), entry.revision),
            Event::Delete { key, .. } => self.known.remove(key),
        };
    }
}

/// Why following ended.
enum Trouble {
    Gone,
    Failed(Failure),
    /// There are more keys than a watch looks after.
    TooMany,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Gone> for Trouble {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

fn batches(phase: Phase, events: Vec<Event>) -> VecDeque<Batch> {
    let mut batches: VecDeque<Batch> = VecDeque::new();
    let mut size = 0;
    for event in events {
        let full = |batch: &Batch| batch.events.len() >= BATCH_EVENTS || size >= BATCH_BYTES;
        if batches.back().is_none_or(full) {
            size = 0;
            batches.push_back(Batch {
                phase,
                events: Vec::new(),
                complete: true,
            });
        }
        size += event.size();
        if let Some(batch) = batches.back_mut() {
            batch.events.push(event);
        }
    }
    batches
}

fn too_many(range: &Range) -> Error {
    Error::new(
        ErrorCode::Overloaded,
        format!(
            "{:?} has more than {MAX_KEYS} keys, which is what a watch looks after; watch a longer prefix",
            range.start()
        ),
    )
}

fn closed() -> Error {
    Error::new(ErrorCode::ShuttingDown, "the store was closed")
}
