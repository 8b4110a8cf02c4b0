use serde::{Deserialize, Serialize};
use stator_bindings::binding;
use stator_contract::{Contract, contract_service};
use ts_rs::TS;

/// Something to be done.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    #[contract(min_length = 1, max_length = 64)]
    pub name: String,
    /// How much work it is.
    pub weight: u32,
}

/// When it is done.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    pub job: Job,
    pub steps: u32,
}

/// Plans jobs. The same struct is the request of the service and the argument of the binding below.
#[contract_service(namespace = "bridge")]
pub trait Jobs {
    #[endpoint(idempotent)]
    fn plan(&self, request: Job) -> Plan;
}

/// One step for each started ten of weight.
#[binding]
pub fn plan(job: Job) -> Plan {
    let steps = job.weight.div_ceil(10);
    Plan { job, steps }
}
