use serde::Serialize;

use crate::{shape::Shape, ts_rs_text::TsRsText};

/// A type with a name.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeDefinition {
    pub name: String,
    /// The path in Rust, for messages.
    pub rust: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    pub shape: Shape,
    /// The HTTP status of a declared error of this type; a variant may have one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ts_rs: Option<TsRsText>,
}
