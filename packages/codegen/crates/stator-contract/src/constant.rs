use serde::Serialize;
use serde_json::Value;

use crate::type_ref::TypeRef;

/// A value that both languages share.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Constant {
    /// In snake_case; each language writes it in its own way.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    #[serde(rename = "type")]
    pub type_ref: TypeRef,
    pub value: Value,
}
