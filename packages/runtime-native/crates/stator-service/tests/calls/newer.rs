//! A later version of the contract: one endpoint fits callers of the first, one does not.

use serde::{Deserialize, Serialize};
use stator_contract::{Contract, contract_service};
use stator_service::{Context, Failure};
use ts_rs::TS;

#[derive(Debug, Serialize, Deserialize, TS, Contract)]
pub struct Narrow {
    #[contract(max_length = 32)]
    pub text: String,
}

#[derive(Debug, Serialize, Deserialize, TS, Contract)]
pub struct Wide {
    #[contract(max_length = 128)]
    pub text: String,
    #[serde(default)]
    pub more: u8,
}

#[contract_service(namespace = "test", service)]
pub trait Kinds {
    #[endpoint(idempotent)]
    async fn one(&self, request: Narrow) -> Narrow;
    async fn who(&self, request: Wide) -> Narrow;
}

pub struct Service;

impl KindsService for Service {
    async fn one(&self, request: Narrow, _: Context) -> Result<Narrow, Failure> {
        Ok(request)
    }

    async fn who(&self, request: Wide, _: Context) -> Result<Narrow, Failure> {
        let text = format!("{} {}", request.text, request.more);
        Ok(Narrow { text })
    }
}
