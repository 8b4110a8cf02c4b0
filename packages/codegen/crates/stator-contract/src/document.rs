use serde::Serialize;

use crate::{binding::Bindings, constant::Constant, service::Service, type_definition::TypeDefinition};

/// The version of the document's own form. It changes when a reader of the old form would misread the new one.
pub const DOCUMENT_VERSION: u32 = 1;

/// Everything that a contract crate promises. The same source always gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    pub version: u32,
    /// The name of the crate.
    #[serde(rename = "crate")]
    pub crate_name: String,
    /// SHA-256 over the rest, in hex.
    pub hash: String,
    /// By name.
    pub types: Vec<TypeDefinition>,
    /// By name.
    pub services: Vec<Service>,
    /// By name.
    pub constants: Vec<Constant>,
    /// What the crate's addon offers, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bindings: Option<Bindings>,
}
