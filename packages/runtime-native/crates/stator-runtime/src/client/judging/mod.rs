//! The search for verdicts: an instance whose contract is another one than the client's is asked for its document, and
//! the judge compares the two, once for each pair of contracts.

mod fetch;
mod pair;

pub(crate) use pair::Pair;

use std::{
    sync::{Arc, OnceLock, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, watch},
};

use crate::{
    Error, ErrorCode, Result,
    closing::Closing,
    discovery::Instance,
    identity::{ContractHash, ContractJudge, Dispute, Standing, Verdict, Verdicts, plain},
    system::SystemState,
};

use super::{Dialer, Epoch, Worker};

/// Calls to instances of a contract that nobody has judged wait at the most this long.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the judge may take; beyond this there is no verdict, and it is asked again later.
const JUDGE_PATIENCE: Duration = Duration::from_secs(60);

/// Documents that are fetched and judged at once.
const AT_ONCE: usize = 4;

/// Records with a hash that is none, about which a line is logged.
const MAX_COMPLAINTS: usize = 20;

/// What one runtime knows about contracts that differ from those of its clients.
pub(crate) struct Judging {
    tokio: Handle,
    dialer: Arc<Dialer>,
    bench: OnceLock<Bench>,
    pairs: Mutex<FxHashMap<(ContractHash, ContractHash), Weak<Pair>>>,
    changes: watch::Sender<()>,
    slots: Semaphore,
    complaints: Mutex<usize>,
    closed: Closing,
    epoch: Arc<Epoch>,
}

/// Who judges, and what was judged before.
struct Bench {
    judge: Arc<dyn ContractJudge>,
    verdicts: Arc<Verdicts>,
    system: Option<SystemState>,
}

impl Judging {
    /// Works on the Tokio runtime that this is called in, until the dialer is closed.
    pub fn new(dialer: Arc<Dialer>) -> Arc<Self> {
        Arc::new(Self {
            tokio: Handle::current(),
            closed: dialer.closing(),
            dialer,
            bench: OnceLock::new(),
            pairs: Mutex::default(),
            changes: watch::Sender::new(()),
            slots: Semaphore::new(AT_ONCE),
            complaints: Mutex::default(),
            epoch: Arc::default(),
        })
    }

    /// Judges from now on. The first call counts.
    pub fn appoint(&self, judge: Arc<dyn ContractJudge>, verdicts: Arc<Verdicts>, system: Option<SystemState>) {
        // Said once, where a runtime is made.
        let _ = self.bench.set(Bench {
            judge,
            verdicts,
            system,
        });
    }

    /// Counts what makes a choice of workers stale.
    pub fn epoch(&self) -> &Arc<Epoch> {
        &self.epoch
    }

    /// Marked as changed whenever something else is known about a pair.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// What a client with the contract `ours` has to know of an instance; `None` if there is nothing to judge.
    pub fn pair(&self, ours: ContractHash, instance: &Instance) -> Option<Arc<Pair>> {
        let bench = self.bench.get()?;
        let recorded = instance.stator.as_ref()?.contract.as_deref()?;
        let theirs = match ContractHash::parse(recorded) {
            Ok(hash) if hash == ours => return None,
            Ok(hash) => hash,
            Err(error) => {
                self.complain(instance, &error);
                return None;
            }
        };
        let mut pairs = self.pairs.lock();
        if let Some(pair) = pairs.get(&(ours, theirs)).and_then(Weak::upgrade) {
            return Some(pair);
        }
        pairs.retain(|_, pair| pair.strong_count() > 0);
        let pair = Arc::new(Pair::new(ours, theirs, Arc::clone(&self.epoch)));
        if let Some(verdict) = bench.verdicts.get(ours, theirs) {
            pair.settle(&verdict);
        }
        pairs.insert((ours, theirs), Arc::downgrade(&pair));
        Some(pair)
    }

    /// A worker has joined its pair: it can be asked.
    pub fn joined(self: &Arc<Self>, worker: &Arc<Worker>) {
        let Some(pair) = worker.pair() else { return };
        if pair.add_source(worker) {
            let inquiry = Arc::clone(self).inquire(Arc::downgrade(pair));
            self.tokio.spawn(inquiry);
        }
    }

    /// Looks for a verdict until there is one, nobody is left to ask, or it has been tried often enough.
    async fn inquire(self: Arc<Self>, pair: Weak<Pair>) {
        loop {
            let pause = {
                let Some(pair) = pair.upgrade() else { return };
                tokio::select! {
                    () = self.closed.closed() => return,
                    is_settled = self.round(&pair) => if is_settled { return },
                }
                pair.pause()
            };
            let Some(pause) = pause else { return };
            tokio::select! {
                () = self.closed.closed() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Asks some instances and the judge. Says whether there is a verdict.
    async fn round(&self, pair: &Pair) -> bool {
        let Some(bench) = self.bench.get() else { return false };
        // However this ends, nobody waits for a verdict that does not come.
        let _waiting = Waiting { judging: self, pair };
        let inquiry = async {
            let Ok(_slot) = self.slots.acquire().await else {
                return Err(Error::new(ErrorCode::Internal, "no slot"));
            };
            // Another runtime of this process may have found it meanwhile.
            if let Some(verdict) = bench.verdicts.get(pair.ours, pair.theirs) {
                pair.settle(&verdict);
                return Ok(());
            }
            let mut last = Error::new(ErrorCode::Unavailable, "no instance is left to ask");
            for worker in pair.next_sources() {
                match bench.hear(&self.dialer, pair, &worker).await {
                    Ok(verdict) => {
                        bench.announce(pair, &worker, &verdict);
                        bench.verdicts.put(pair.ours, pair.theirs, verdict.clone());
                        pair.settle(&verdict);
                        return Ok(());
                    }
                    Err(error) => last = error.from_instance(worker.id()),
                }
            }
            Err(last)
        };
        tokio::pin!(inquiry);
        let outcome = tokio::select! {
            outcome = &mut inquiry => outcome,
            () = tokio::time::sleep(PATIENCE), if pair.standing() == Standing::Pending => {
                self.doubt(pair);
                inquiry.await
            }
        };
        match outcome {
            Ok(()) => {
                self.changes.send_replace(());
                true
            }
            Err(error) => {
                bench.complain(pair, &error);
                false
            }
        }
    }

    fn doubt(&self, pair: &Pair) {
        if pair.doubt() {
            self.changes.send_replace(());
        }
    }

    fn complain(&self, instance: &Instance, error: &Error) {
        let mut complaints = self.complaints.lock();
        if *complaints < MAX_COMPLAINTS {
            *complaints += 1;
            let (path, id) = (instance.path(), instance.instance_id);
            tracing::warn!(%path, instance = id, %error, "the record's contract is ignored");
        }
    }
}

impl Bench {
    async fn hear(&self, dialer: &Dialer, pair: &Pair, worker: &Worker) -> Result<Verdict> {
        let dispute = Dispute {
            ours: pair.ours,
            theirs: pair.theirs,
            path: worker.instance().path(),
            instance: worker.id(),
            document: fetch::fetch(dialer, worker.instance(), pair.theirs).await?,
        };
        match tokio::time::timeout(JUDGE_PATIENCE, self.judge.judge(dispute)).await {
            Ok(verdict) => verdict,
            Err(_) => Err(Error::new(
                ErrorCode::DeadlineExceeded,
                "the comparison did not end in time",
            )),
        }
    }

    /// One line for each pair of contracts.
    fn announce(&self, pair: &Pair, worker: &Worker, verdict: &Verdict) {
        let (path, instance) = (worker.instance().path(), worker.id());
        let (ours, theirs) = (pair.ours.short(), pair.theirs.short());
        match verdict {
            Verdict::Compatible => {
                self.count("compatible");
                tracing::info!(%path, instance, %ours, %theirs, "another contract, and compatible");
            }
            Verdict::Incompatible(breaks) => {
                self.count("incompatible");
                let breaks = breaks.join("; ");
                tracing::warn!(%path, instance, %ours, %theirs, %breaks, "an incompatible contract: its instances get no calls");
            }
        }
    }

    /// Loud once, then quiet.
    fn complain(&self, pair: &Pair, error: &Error) {
        self.count("unknown");
        let (ours, theirs) = (pair.ours.short(), pair.theirs.short());
        let instance = error.instance.as_deref().unwrap_or_default();
        let error = format!("{}: {}", error.code, plain(&error.message));
        if pair.is_first_round() {
            tracing::warn!(%ours, %theirs, %instance, %error, "a contract cannot be judged: its instances are used after all others");
        } else {
            tracing::debug!(%ours, %theirs, %instance, %error, "a contract still cannot be judged");
        }
    }

    fn count(&self, outcome: &str) {
        if let Some(system) = &self.system {
            system.metrics().contract_judged(outcome);
        }
    }
}

/// Ends the wait of calls for a verdict.
struct Waiting<'a> {
    judging: &'a Judging,
    pair: &'a Pair,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.judging.doubt(self.pair);
    }
}
