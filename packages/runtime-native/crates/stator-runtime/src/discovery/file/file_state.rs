use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    io,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, SystemTime},
};

use parking_lot::Mutex;
use tokio::sync::watch;

use super::{super::warnings::Warnings, bucket::Bucket, bucket_view::BucketView, record_kind::RecordKind};
use crate::{Result, folder::failed};

/// How often in the time that a record lives it is swept at the most, by all who share the folder together. Twice as
/// often as one of them does alone, so that its own mark never makes it leave out a round.
const SWEEPS: u32 = 6;

/// What one connection knows and owns of one bucket. Every method blocks on the file system, so tasks call them on a thread for that.
#[derive(Debug)]
pub(super) struct FileState<K: RecordKind> {
    pub(super) bucket: Bucket,
    ttl: Duration,
    /// Held while files are touched or written, so that no keep-alive brings back what was just unregistered.
    own: Mutex<Own>,
    view: Mutex<BucketView<K>>,
    /// Whether anybody has asked for a snapshot. Pure workers never read the others' files.
    watched: AtomicBool,
    snapshot: watch::Sender<K::Snapshot>,
}

#[derive(Debug)]
struct Own {
    closed: bool,
    /// Content by file name.
    records: BTreeMap<String, Vec<u8>>,
    /// When the last keep-alive ran, by the clock that goes on while the machine sleeps.
    last_keep_alive: SystemTime,
    warnings: Warnings,
}

impl<K: RecordKind> FileState<K> {
    pub(super) fn new(bucket: Bucket, ttl: Duration) -> Self {
        let own = Own {
            closed: false,
            records: BTreeMap::new(),
            last_keep_alive: SystemTime::now(),
            warnings: Warnings::default(),
        };
        let view = BucketView::new(bucket.dir().to_owned());
        let snapshot = watch::Sender::new(K::Snapshot::default());
        Self {
            bucket,
            ttl,
            own: Mutex::new(own),
            view: Mutex::new(view),
            watched: AtomicBool::new(false),
            snapshot,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.own.lock().closed
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<K::Snapshot> {
        self.snapshot.subscribe()
    }

    /// Keeps a file there from now on. False when the connection is closed.
    pub(super) fn put(&self, name: String, content: Vec<u8>) -> Result<bool> {
        {
            let mut own = self.own.lock();
            if own.closed {
                return Ok(false);
            }
            self.bucket.write(&name, &content)?;
            own.records.insert(name.clone(), content);
        }
        self.refresh_own(name);
        Ok(true)
    }

    /// Takes a file of ours away. One that is none of ours is no error.
    pub(super) fn remove(&self, name: String) -> Result<()> {
        {
            let mut own = self.own.lock();
            if own.records.remove(&name).is_none() {
                return Ok(());
            }
            let removed = self.bucket.remove(&name);
            removed.map_err(|error| failed("be written to", self.bucket.dir(), &error))?;
        }
        self.refresh_own(name);
        Ok(())
    }

    /// Takes everything away and lets nothing new in.
    pub(super) fn withdraw(&self) {
        let mut own = self.own.lock();
        own.closed = true;
        for name in std::mem::take(&mut own.records).into_keys() {
            if let Err(error) = self.bucket.remove(&name) {
                own.warnings
                    .warn(&name, &format!("could not be deleted, it expires by itself: {error}"));
            }
        }
    }

    /// Touches our files, writes again those that somebody deleted, and deletes what nobody touches any more unless
    /// somebody else has just done so.
    pub(super) fn keep_alive(&self) {
        let overslept = {
            let mut own = self.own.lock();
            if own.closed {
                return;
            }
            let Own {
                records,
                warnings,
                last_keep_alive,
                ..
            } = &mut *own;
            for (name, content) in records.iter() {
                self.keep_record(name, content, warnings);
            }
            let now = SystemTime::now();
            let since = now.duration_since(*last_keep_alive).unwrap_or_default();
            *last_keep_alive = now;
            since > self.ttl
        };
        // After a sleep of the whole machine every file looks expired, ours and everybody's: they get one round.
        if !overslept && self.bucket.is_to_be_swept(self.ttl / SWEEPS) {
            self.sweep();
        }
    }

    /// Deletes what nobody touches any more.
    pub(super) fn sweep(&self) {
        match self.bucket.sweep(self.ttl) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let subject = self.bucket.dir().display().to_string();
                self.own
                    .lock()
                    .warnings
                    .warn(&subject, &format!("expired records cannot be deleted: {error}"));
            }
            _ => {}
        }
    }

    /// From now on this connection reads everybody's records; starts with those that are there.
    pub(super) fn start_watching(&self) {
        // A new client must not be sent to workers that died while nobody was looking.
        self.sweep();
        self.watched.store(true, Ordering::Release);
        self.resync();
    }

    /// Looks at every file, if anybody wants to know.
    pub(super) fn resync(&self) {
        if self.watched.load(Ordering::Acquire) {
            self.look(|view| view.resync());
        }
    }

    /// A caller who has registered finds itself in the next snapshot that it reads.
    fn refresh_own(&self, name: String) {
        if self.watched.load(Ordering::Acquire) {
            self.refresh(&BTreeSet::from([OsString::from(name)]));
        }
    }

    /// Looks at these files again, whatever is known of them.
    pub(super) fn refresh(&self, names: &BTreeSet<OsString>) {
        self.look(|view| {
            names.iter().fold(false, |changed, name: &OsString| {
                view.refresh(OsStr::new(name), true) | changed
            })
        });
    }

    fn look(&self, at: impl FnOnce(&mut BucketView<K>) -> bool) {
        let mut view = self.view.lock();
        if at(&mut view) {
            // Under the lock, or an older snapshot could come after a newer one.
            self.snapshot.send_replace(view.snapshot());
        }
    }

    fn keep_record(&self, name: &str, content: &[u8], warnings: &mut Warnings) {
        let kept = match self.bucket.touch(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                warnings.warn(
                    name,
                    "our record was deleted, as after a long suspension; it is registered again",
                );
                self.bucket.write(name, content).map_err(|error| error.message)
            }
            touched => touched.map_err(|error| error.to_string()),
        };
        if let Err(reason) = kept {
            warnings.warn(name, &format!("our record cannot be kept alive: {reason}"));
        }
    }
}
