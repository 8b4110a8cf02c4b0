use serde::Serialize;

use crate::{endpoint::Endpoint, registry::Registry};

/// What a group of endpoints promises.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// The name of the trait.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    pub namespace: String,
    pub component: String,
    /// In the order of the source.
    pub endpoints: Vec<Endpoint>,
    /// Hash over the hashes of the endpoints and the names.
    pub hash: String,
}

/// A service contract. [`contract_service`](crate::contract_service) implements it on a type named after the trait:
/// `BackendContract` for `trait Backend`.
pub trait ServiceContract {
    /// The name of the crate that it stands in.
    const CRATE: &'static str;

    fn describe(registry: &mut Registry) -> Service;
}
