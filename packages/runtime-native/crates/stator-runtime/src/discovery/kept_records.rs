use std::{collections::BTreeMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::time::sleep;

use super::{Bucket, Discovery};
use crate::{Error, Result};

/// Between attempts to register again.
const PAUSE: Duration = Duration::from_millis(500);

/// Makes a record for the id that this process has: its key and its value.
pub(crate) type Made = Arc<dyn Fn(u64) -> Result<(String, Vec<u8>)> + Send + Sync>;

/// Records of this process in the buckets beside that of instances. When discovery has forgotten the process, they are put
/// there again under its new id.
pub(crate) struct KeptRecords {
    discovery: Arc<dyn Discovery>,
    /// Whose records they are, for the log: "publishers of events".
    owners: &'static str,
    closed: fn() -> Error,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    closed: bool,
    /// By the name that their owner knows them by.
    records: BTreeMap<(Bucket, String), Kept>,
}

#[derive(Clone)]
struct Kept {
    made: Made,
    /// Where it stands now.
    key: String,
}

impl KeptRecords {
    /// Call it inside a Tokio runtime. `closed` is the error of whoever comes too late.
    pub(crate) fn new(discovery: Arc<dyn Discovery>, owners: &'static str, closed: fn() -> Error) -> Arc<Self> {
        let kept = Arc::new(Self {
            discovery,
            owners,
            closed,
            state: Mutex::default(),
        });
        kept.follow_membership();
        kept
    }

    /// Puts a record there, and keeps it there. One of the same name is replaced.
    pub(crate) async fn put(&self, bucket: Bucket, name: &str, made: Made) -> Result<()> {
        let (key, value) = made(self.discovery.connection_id())?;
        let place = (bucket, name.to_owned());
        {
            let mut state = self.state.lock();
            if state.closed {
                return Err((self.closed)());
            }
            // Before it is put: a new instance id that comes meanwhile counts for it too.
            state.records.insert(place.clone(), Kept { made, key: key.clone() });
        }
        let put = self.discovery.put_entry(bucket, key, value).await;
        if put.is_err() {
            self.state.lock().records.remove(&place);
        }
        put
    }

    /// Takes a record away. Unknown names are no error.
    pub(crate) async fn withdraw(&self, bucket: Bucket, name: &str) {
        let known = self.state.lock().records.remove(&(bucket, name.to_owned()));
        if let Some(Kept { key, .. }) = known {
            self.remove(bucket, key).await;
        }
    }

    /// Takes everything away, and lets nothing new in.
    pub(crate) async fn close(&self) {
        let records = {
            let mut state = self.state.lock();
            state.closed = true;
            std::mem::take(&mut state.records)
        };
        for ((bucket, _), Kept { key, .. }) in records {
            self.remove(bucket, key).await;
        }
    }

    async fn remove(&self, bucket: Bucket, key: String) {
        if let Err(error) = self.discovery.remove_entry(bucket, key.clone()).await {
            tracing::warn!(%error, key, "a record of {} could not be withdrawn", self.owners);
        }
    }

    /// Puts every record there again when discovery has forgotten this process.
    fn follow_membership(self: &Arc<Self>) {
        let Some(mut membership) = self.discovery.membership() else {
            return;
        };
        let kept = Arc::downgrade(self);
        tokio::spawn(async move {
            while membership.changed().await.is_ok() {
                let now = *membership.borrow_and_update();
                let Some(kept) = kept.upgrade() else { return };
                while now.held && *membership.borrow() == now {
                    let Err(error) = kept.put_again(now.id).await else {
                        break;
                    };
                    tracing::warn!(%error, "{} could not be registered again yet", kept.owners);
                    sleep(PAUSE).await;
                }
            }
        });
    }

    async fn put_again(&self, id: u64) -> Result<()> {
        let records = self.state.lock().records.clone();
        for (place, Kept { made, .. }) in records {
            let (key, value) = made(id)?;
            if let Some(kept) = self.state.lock().records.get_mut(&place) {
                kept.key.clone_from(&key);
            }
            self.discovery.put_entry(place.0, key.clone(), value).await?;
            let withdrawn = !self.state.lock().records.contains_key(&place);
            if withdrawn {
                self.discovery.remove_entry(place.0, key).await?;
            }
        }
        Ok(())
    }
}
