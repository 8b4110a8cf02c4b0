use std::{future::Future, sync::Arc};

use serde::Serialize;
use stator_contract::{Contract, ServiceContract};
use stator_runtime::{
    DistributedRuntime, ErrorCode, Result,
    runtime::{ServeOptions, ServedEndpoint},
    server::Handler,
};

use super::{
    items::Items,
    served_call::{Facts, handler},
    services::Services,
    take_request::TakeRequest,
};
use crate::{call_context::Context, described_service::DescribedService, failure::Failure, json};

type MakeHandler = Box<dyn FnOnce(Facts) -> Arc<dyn Handler> + Send>;

/// A service and its contract; the macro adds the methods in the order of the trait.
pub struct ServedContract<S> {
    service: Arc<S>,
    contract: Result<DescribedService>,
    handlers: Vec<MakeHandler>,
}

impl<S: Send + Sync + 'static> ServedContract<S> {
    pub fn new<C: ServiceContract>(service: S) -> Self {
        Self {
            service: Arc::new(service),
            contract: DescribedService::of::<C>(),
            handlers: Vec::new(),
        }
    }

    /// An endpoint that gives one answer.
    #[must_use]
    pub fn answering<R, O, E, F, Fut>(mut self, method: F) -> Self
    where
        R: TakeRequest,
        O: Contract + Serialize + Send + 'static,
        E: Send + 'static,
        F: Fn(Arc<S>, R::Request, Context) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O, Failure<E>>> + Send + 'static,
    {
        let (service, method) = (Arc::clone(&self.service), Arc::new(method));
        self.handlers.push(Box::new(move |facts| {
            handler(facts, move |call, context| {
                let (service, method) = (Arc::clone(&service), Arc::clone(&method));
                async move {
                    let answer = method(service, R::take(&call).await?, context).await;
                    let answer = answer.map_err(Failure::into_error)?;
                    let payload = json::write(&answer, ErrorCode::InvalidResponse, call.path())?;
                    call.incoming.send_last(payload).await
                }
            })
        }));
        self
    }

    /// An endpoint that gives a stream.
    #[must_use]
    pub fn streaming<R, O, E, F, Fut>(mut self, method: F) -> Self
    where
        R: TakeRequest,
        O: Contract + Serialize + Send + 'static,
        E: Send + 'static,
        F: Fn(Arc<S>, R::Request, Items<O, E>, Context) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Failure<E>>> + Send + 'static,
    {
        let (service, method) = (Arc::clone(&self.service), Arc::new(method));
        self.handlers.push(Box::new(move |facts| {
            handler(facts, move |call, context| {
                let (service, method) = (Arc::clone(&service), Arc::clone(&method));
                async move {
                    let request = R::take(&call).await?;
                    let done = method(service, request, Items::new(call), context).await;
                    done.map_err(Failure::into_error)
                }
            })
        }));
        self
    }

    pub fn finish(self) -> Services {
        Services::of(Registration {
            contract: self.contract,
            handlers: self.handlers,
        })
    }
}

/// A contract that is to be served.
pub(super) struct Registration {
    contract: Result<DescribedService>,
    handlers: Vec<MakeHandler>,
}

impl Registration {
    /// `namespace.component`; `None` for a contract that cannot be served.
    pub fn address(&self) -> Option<String> {
        self.contract.as_ref().ok().map(DescribedService::address)
    }

    /// Takes calls of every endpoint.
    pub async fn serve(self, runtime: &DistributedRuntime) -> Result<Vec<ServedEndpoint>> {
        let contract = self.contract?;
        let component = runtime.namespace(&contract.namespace)?.component(&contract.component)?;
        let mut served = Vec::with_capacity(contract.endpoints.len());
        for (endpoint, make) in contract.endpoints.into_iter().zip(self.handlers) {
            let facts = Facts {
                takes_stream: endpoint.takes_stream,
                timeout: endpoint.timeout,
                contract: endpoint.contract.hash,
                runtime: runtime.clone(),
            };
            let options = ServeOptions {
                idempotent: endpoint.idempotent,
                contract: Some(endpoint.contract),
                ..ServeOptions::default()
            };
            match component.endpoint(&endpoint.name)?.serve(make(facts), options).await {
                Ok(endpoint) => served.push(endpoint),
                Err(error) => {
                    // Half a contract is none. What fails here has been said already.
                    for endpoint in served {
                        let _ = endpoint.stop().await;
                    }
                    return Err(error);
                }
            }
        }
        Ok(served)
    }
}
