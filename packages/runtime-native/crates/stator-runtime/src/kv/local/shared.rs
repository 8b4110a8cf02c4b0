use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::{
    change::Change,
    journal::{DueSnapshot, Journal},
    state::{Decision, State},
};
use crate::{Error, ErrorCode, Result, kv::clock};

/// How often somebody else may be first before we give up. Each time somebody is, so the store goes on.
const ATTEMPTS: usize = 1000;

/// What everybody who uses one local store has in common.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    /// Absent in memory.
    pub(super) journal: Option<Journal>,
    /// Tells that there is something new.
    changed: watch::Sender<()>,
}

impl Shared {
    pub(super) fn new(journal: Option<Journal>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            journal,
            changed: watch::Sender::new(()),
        })
    }

    /// Decides on the newest state, and makes the change that was decided on. Blocks on the file system, if there is a
    /// journal.
    pub(super) fn transact<T>(&self, decide: impl Fn(&State) -> Result<Decision<T>>) -> Result<T> {
        let mut state = self.state.lock();
        let mut snapshot = None;
        let done = self.settle(&mut state, &mut snapshot, decide);
        drop(state);
        // Others need not wait for the writing.
        if let (Some(journal), Some(snapshot)) = (&self.journal, snapshot) {
            journal.compact(&snapshot);
        }
        done
    }

    fn settle<T>(
        &self,
        state: &mut State,
        snapshot: &mut Option<DueSnapshot>,
        decide: impl Fn(&State) -> Result<Decision<T>>,
    ) -> Result<T> {
        let mut attempts = 0;
        while attempts < ATTEMPTS {
            self.catch_up(state)?;
            // However many end at once, each is one less.
            let (change, answer) = if let Some(lease) = state.due(clock::now_milliseconds()) {
                (Change::Revoke { lease }, None)
            } else {
                match decide(state)? {
                    Decision::Answer(answer) => return Ok(answer),
                    Decision::Commit(change, answer) => (change, Some(answer)),
                }
            };
            if !self.commit(state, change)? {
                attempts += 1;
                continue;
            }
            if let Some(journal) = &self.journal {
                *snapshot = journal.due_snapshot(state).or(snapshot.take());
            }
            if let Some(answer) = answer {
                return Ok(answer(state.revision));
            }
        }
        Err(Error::new(
            ErrorCode::Overloaded,
            format!("other processes changed the store {ATTEMPTS} times before this change could be made"),
        ))
    }

    /// Takes in what others have done, and ends leases whose time is up.
    pub(super) fn refresh(&self) -> Result<()> {
        self.transact(|_| Ok(Decision::Answer(())))
    }

    /// Looks at what is known, without asking anybody.
    pub(super) fn look<T>(&self, at: impl FnOnce(&State) -> T) -> T {
        at(&self.state.lock())
    }

    /// Hears of everything that comes after this call.
    pub(super) fn listen(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn catch_up(&self, state: &mut State) -> Result<()> {
        if let Some(journal) = &self.journal
            && journal.catch_up(state)?
        {
            self.changed.send_replace(());
        }
        Ok(())
    }

    /// False when somebody else has made another change first.
    fn commit(&self, state: &mut State, change: Change) -> Result<bool> {
        if let Some(journal) = &self.journal
            && !journal.append(state, &change)?
        {
            return Ok(false);
        }
        state.apply(change);
        self.changed.send_replace(());
        Ok(true)
    }
}
