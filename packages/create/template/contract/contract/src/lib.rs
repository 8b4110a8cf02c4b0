//! What the services say to each other. `bun run codegen` turns it into TypeScript.

use serde::{Deserialize, Serialize};
use stator_contract::{Contract, Stream, contract_service};
use ts_rs::TS;

/// Who is to be greeted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Guests {
    /// 1 to 100 names.
    #[contract(min_length = 1, max_length = 100)]
    pub names: Vec<String>,
}

/// What one guest hears.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Greeting {
    pub text: String,
}

/// Greets guests, one after another.
#[contract_service(namespace = "greetings")]
pub trait Greeter {
    /// Streams a greeting for each guest.
    #[endpoint(idempotent)]
    fn greet(&self, request: Guests) -> Stream<Greeting>;
}

/// Everything that this crate publishes.
pub fn contracts(contracts: &mut stator_contract::Contracts) {
    contracts.service::<GreeterContract>();
}
