use std::{collections::VecDeque, future::Future, sync::Arc, time::Duration};

use serde::Serialize;
use stator_contract::{Contract, Endpoint, EndpointKind, Registry, Service, ServiceContract};
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
use crate::{call_context::Context, failure::Failure, json};

type MakeHandler = Box<dyn FnOnce(Facts) -> Arc<dyn Handler> + Send>;

/// A service and its contract; the macro adds the methods in the order of the trait.
pub struct ServedContract<S> {
    service: Arc<S>,
    contract: Service,
    handlers: Vec<MakeHandler>,
}

impl<S: Send + Sync + 'static> ServedContract<S> {
    pub fn new<C: ServiceContract>(service: S) -> Self {
        Self {
            service: Arc::new(service),
            contract: C::describe(&mut Registry::default()),
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
                    let payload = json::write(&answer, ErrorCode::InvalidResponse, &call.info().path)?;
                    call.send_last(payload).await
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
            handlers: self.handlers.into(),
        })
    }
}

/// A contract that is to be served.
pub(super) struct Registration {
    contract: Service,
    handlers: VecDeque<MakeHandler>,
}

impl Registration {
    pub fn address(&self) -> String {
        format!("{}.{}", self.contract.namespace, self.contract.component)
    }

    /// Takes calls of every endpoint.
    pub async fn serve(mut self, runtime: &DistributedRuntime) -> Result<Vec<ServedEndpoint>> {
        let component = runtime
            .namespace(&self.contract.namespace)?
            .component(&self.contract.component)?;
        let mut served = Vec::with_capacity(self.contract.endpoints.len());
        for endpoint in &self.contract.endpoints {
            let Some(make) = self.handlers.pop_front() else { break };
            let options = ServeOptions {
                idempotent: endpoint.idempotent,
                ..ServeOptions::default()
            };
            let handler = make(facts(endpoint, runtime.instance_id()));
            served.push(component.endpoint(&endpoint.name)?.serve(handler, options).await?);
        }
        Ok(served)
    }
}

fn facts(endpoint: &Endpoint, instance_id: u64) -> Facts {
    Facts {
        takes_stream: matches!(endpoint.kind, EndpointKind::ClientStream | EndpointKind::Duplex),
        timeout: endpoint.timeout_ms.map(|ms| Duration::from_millis(ms.into())),
        instance_id,
    }
}
