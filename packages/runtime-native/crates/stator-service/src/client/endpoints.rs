use std::{marker::PhantomData, sync::Arc, time::Duration};

use stator_contract::ServiceContract;
use stator_runtime::{DistributedRuntime, Error, ErrorCode, Result, client::ClientOptions, discovery::BoxFuture};

use super::{
    call::Call,
    judge::judge,
    target::{SharedTarget, Target},
};
use crate::described_service::DescribedService;

type Targets = Arc<[SharedTarget]>;

/// In a box, so that it is compiled here, once, and not for every contract.
fn connect(
    runtime: &DistributedRuntime,
    contract: DescribedService,
    options: ClientOptions,
) -> BoxFuture<'_, Result<Targets>> {
    Box::pin(async move {
        let component = runtime.namespace(&contract.namespace)?.component(&contract.component)?;
        let mut targets = Vec::with_capacity(contract.endpoints.len());
        for endpoint in &contract.endpoints {
            judge(runtime, &endpoint.contract);
            let options = ClientOptions {
                idempotent: options.idempotent || endpoint.idempotent,
                contract: options.contract.or(Some(endpoint.contract.hash)),
                ..options.clone()
            };
            targets.push(Arc::new(Target {
                client: component.endpoint(&endpoint.name)?.client(options).await?,
                timeout: endpoint.timeout,
            }));
        }
        Ok(targets.into())
    })
}

/// A client of each endpoint of a contract, in the order of the trait.
pub struct Endpoints<C> {
    targets: Targets,
    contract: PhantomData<fn() -> C>,
}

impl<C> Clone for Endpoints<C> {
    fn clone(&self) -> Self {
        Self {
            targets: Arc::clone(&self.targets),
            contract: PhantomData,
        }
    }
}

impl<C: ServiceContract> Endpoints<C> {
    /// # Errors
    /// When discovery refuses, and when the contract has no exact description.
    pub async fn connect(runtime: &DistributedRuntime, options: ClientOptions) -> Result<Self> {
        Ok(Self {
            targets: connect(runtime, DescribedService::of::<C>()?, options).await?,
            contract: PhantomData,
        })
    }

    /// Waits until each endpoint has an instance.
    ///
    /// # Errors
    /// `no_instances` when `patience` is over.
    pub async fn wait_for_instances(&self, patience: Option<Duration>) -> Result<()> {
        for target in self.targets.iter() {
            target.client.wait_for_instances(1, patience).await?;
        }
        Ok(())
    }

    /// The ids of the instances that serve the first endpoint, ascending.
    pub fn instance_ids(&self) -> Vec<u64> {
        self.targets
            .first()
            .map(|target| target.client.instance_ids())
            .unwrap_or_default()
    }

    /// A call of the endpoint at a place in the trait.
    pub fn call<I, O, E, K>(&self, place: usize, request: Option<I>) -> Call<I, O, E, K> {
        match self.targets.get(place) {
            Some(target) => Call::new(Ok(Arc::clone(target)), request),
            None => Call::new(
                Err(Error::new(
                    ErrorCode::Internal,
                    format!("the contract has no endpoint at place {place}"),
                )),
                request,
            ),
        }
    }
}
