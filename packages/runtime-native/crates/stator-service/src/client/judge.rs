use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use stator_judge::{ContractText, Judgement, judge_contracts};
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    discovery::BoxFuture,
    identity::{ContractHash, ContractJudge, Dispute, EndpointContract, Verdict, Verdicts},
};

/// Compares the contracts of this process's clients with those of services.
#[derive(Default)]
struct ProcessJudge {
    /// By hash, the documents of contracts that clients were made for: as many as the program was built with.
    own: Mutex<FxHashMap<ContractHash, Arc<str>>>,
}

static JUDGE: LazyLock<Arc<ProcessJudge>> = LazyLock::new(Arc::default);

/// A verdict holds for the process, whichever of its runtimes asked.
static VERDICTS: LazyLock<Arc<Verdicts>> = LazyLock::new(Arc::default);

/// Lets clients with this contract be judged. A judge that the program has set for the runtime before stays.
pub(super) fn judge(runtime: &DistributedRuntime, contract: &EndpointContract) {
    let EndpointContract { hash, document } = contract;
    JUDGE.own.lock().insert(*hash, Arc::clone(document));
    runtime.judge_contracts(Arc::<ProcessJudge>::clone(&JUDGE), Arc::clone(&VERDICTS));
}

impl ContractJudge for ProcessJudge {
    fn judge(&self, dispute: Dispute) -> BoxFuture<'static, Result<Verdict>> {
        let own = self.own.lock().get(&dispute.ours).cloned();
        Box::pin(async move {
            let Dispute {
                ours, theirs, document, ..
            } = dispute;
            let own = own.ok_or_else(|| {
                let message = format!("no client of this program was built with the contract {ours}");
                Error::new(ErrorCode::InvalidArgument, message)
            })?;
            // A document from elsewhere may take some hundred milliseconds.
            let compared = tokio::task::spawn_blocking(move || {
                let [ours, theirs] = [ours, theirs].map(|hash| hash.to_string());
                let caller = ContractText {
                    hash: &ours,
                    document: &own,
                };
                let service = ContractText {
                    hash: &theirs,
                    document: &document,
                };
                judge_contracts(caller, service)
            });
            match compared.await {
                Ok(Judgement::Compatible) => Ok(Verdict::Compatible),
                Ok(Judgement::Incompatible { breaks }) => Ok(Verdict::incompatible(breaks)),
                Ok(Judgement::Unknown { problem }) => Err(Error::new(ErrorCode::Protocol, problem)),
                Err(error) => Err(Error::new(ErrorCode::Internal, error.to_string())),
            }
        })
    }
}
