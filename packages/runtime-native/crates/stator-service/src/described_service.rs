use std::{any::type_name, sync::Arc, time::Duration};

use stator_contract::{Document, Endpoint, EndpointKind, ServiceContract};
use stator_runtime::{
    Error, ErrorCode, Result,
    identity::{ContractHash, EndpointContract},
};

/// What the runtime has to know of a contract.
pub(crate) struct DescribedService {
    pub namespace: String,
    pub component: String,
    /// In the order of the trait.
    pub endpoints: Vec<DescribedEndpoint>,
}

pub(crate) struct DescribedEndpoint {
    pub name: String,
    pub takes_stream: bool,
    /// For calls whose caller names no time.
    pub timeout: Option<Duration>,
    pub idempotent: bool,
    /// What it is told from other versions of itself by, and compared with.
    pub contract: EndpointContract,
}

impl DescribedService {
    /// # Errors
    /// `invalid_argument` with every reason why the contract has no exact description; the generator says the same.
    pub fn of<C: ServiceContract>() -> Result<Self> {
        let wrong = |reason: &str| {
            let name = type_name::<C>().rsplit("::").next().unwrap_or_default();
            Error::new(ErrorCode::InvalidArgument, format!("{name}: {reason}"))
        };
        let mut document = Document::of_service::<C>().map_err(|problems| wrong(&problems.join("\n")))?;
        let text = serde_json::to_string(&document).map_err(|error| wrong(&error.to_string()))?;
        let text: Arc<str> = text.into();
        let service = document.services.pop().ok_or_else(|| wrong("it is not described"))?;
        let endpoints = service.endpoints.into_iter();
        Ok(Self {
            namespace: service.namespace,
            component: service.component,
            endpoints: endpoints
                .map(|endpoint| DescribedEndpoint::of(endpoint, &text))
                .collect::<Result<_>>()?,
        })
    }

    /// `namespace.component`.
    pub fn address(&self) -> String {
        format!("{}.{}", self.namespace, self.component)
    }
}

impl DescribedEndpoint {
    fn of(endpoint: Endpoint, document: &Arc<str>) -> Result<Self> {
        Ok(Self {
            contract: EndpointContract {
                hash: ContractHash::parse(&endpoint.hash)?,
                document: Arc::clone(document),
            },
            name: endpoint.name,
            takes_stream: matches!(endpoint.kind, EndpointKind::ClientStream | EndpointKind::Duplex),
            timeout: endpoint.timeout_ms.map(|ms| Duration::from_millis(ms.into())),
            idempotent: endpoint.idempotent,
        })
    }
}
