use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicU32, Ordering},
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use stator_runtime::{
    Error, ErrorCode, Result,
    discovery::BoxFuture,
    identity::{ContractJudge, Dispute, Verdict, Verdicts},
};
use tokio::sync::oneshot;

use crate::{
    command::{self, Judgement},
    event,
    inbox::Inbox,
};

/// What this process knows about contracts, whichever runtime or thread of it asked.
pub fn process_verdicts() -> Arc<Verdicts> {
    static VERDICTS: LazyLock<Arc<Verdicts>> = LazyLock::new(Arc::default);
    Arc::clone(&VERDICTS)
}

/// Lets JavaScript compare contracts: a dispute goes there as an event, and comes back as a command.
pub struct JsJudge {
    inbox: Arc<Inbox>,
    next: AtomicU32,
    open: Arc<Mutex<FxHashMap<u32, oneshot::Sender<Judgement>>>>,
}

impl JsJudge {
    pub fn new(inbox: Arc<Inbox>) -> Self {
        Self {
            inbox,
            next: AtomicU32::new(1),
            open: Arc::default(),
        }
    }

    /// JavaScript has answered. One who does not wait any more is no error.
    pub fn settle(&self, dispute: u32, judgement: Judgement) {
        if let Some(waiting) = self.open.lock().remove(&dispute) {
            let _ = waiting.send(judgement);
        }
    }
}

impl ContractJudge for JsJudge {
    fn judge(&self, dispute: Dispute) -> BoxFuture<'static, Result<Verdict>> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, judgement) = oneshot::channel();
        self.open.lock().insert(number, sender);
        let open = OpenDispute {
            number,
            open: Arc::clone(&self.open),
        };
        let facts = serde_json::to_string(&command::Dispute {
            ours: dispute.ours.to_string(),
            theirs: dispute.theirs.to_string(),
            path: dispute.path,
        });
        if let Ok(facts) = &facts {
            let record = [event::DISPUTE, number, 0, 0, 0, 0, 0, 0];
            self.inbox.push_texts(record, &dispute.document, facts);
            self.inbox.ring();
        }
        Box::pin(async move {
            // Dropped with this future, whether JavaScript answers or not.
            let _open = open;
            match judgement.await {
                Ok(Judgement::Compatible) => Ok(Verdict::Compatible),
                Ok(Judgement::Incompatible { breaks }) => Ok(Verdict::incompatible(breaks)),
                Ok(Judgement::Unknown { problem }) => Err(Error::new(ErrorCode::Protocol, problem)),
                Err(_) => Err(Error::new(ErrorCode::ShuttingDown, "this runtime has shut down")),
            }
        })
    }
}

/// Takes a dispute off the list.
struct OpenDispute {
    number: u32,
    open: Arc<Mutex<FxHashMap<u32, oneshot::Sender<Judgement>>>>,
}

impl Drop for OpenDispute {
    fn drop(&mut self) {
        self.open.lock().remove(&self.number);
    }
}
