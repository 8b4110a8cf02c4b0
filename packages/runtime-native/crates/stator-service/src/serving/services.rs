use std::{future::Future, pin::Pin};

use stator_runtime::{DistributedRuntime, Result, runtime::ServedEndpoint};

use super::served_contract::Registration;

type Hook = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()>>>>;

/// What a program serves: contracts, each with its service. `CounterContract::serve(Counter)` makes one.
#[must_use = "nothing is served before `main` or `register` has it"]
#[derive(Default)]
pub struct Services {
    contracts: Vec<Registration>,
    hooks: Vec<Hook>,
}

impl Services {
    pub(super) fn of(contract: Registration) -> Self {
        Self {
            contracts: vec![contract],
            hooks: Vec::new(),
        }
    }

    /// Serves these too.
    pub fn and(mut self, others: Services) -> Self {
        self.contracts.extend(others.contracts);
        self.hooks.extend(others.hooks);
        self
    }

    /// Runs when the last call has ended, before the program does; the one that was added last runs first. Only
    /// [`main`](crate::main) runs it.
    pub fn on_shutdown<F, Fut>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> Fut + 'static,
        Fut: Future<Output = ()> + 'static,
    {
        self.hooks.push(Box::new(move || Box::pin(hook())));
        self
    }

    /// Serves every endpoint on a runtime of the program's own: for programs that are more than services.
    ///
    /// # Errors
    /// When an endpoint is served already, and when discovery or the network refuse.
    pub async fn register(self, runtime: &DistributedRuntime) -> Result<Vec<ServedEndpoint>> {
        let mut served = Vec::new();
        for contract in self.contracts {
            served.extend(contract.serve(runtime).await?);
        }
        Ok(served)
    }

    /// `namespace.component` of each.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.contracts.iter().filter_map(Registration::address).collect()
    }

    pub(crate) fn take_hooks(&mut self) -> Vec<Hook> {
        std::mem::take(&mut self.hooks)
    }
}
