use serde::Serialize;
use serde_json::Value;

use crate::{limits::Limits, type_ref::TypeRef};

/// A field with a name, of a struct or of a variant.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// The key on the wire, after serde's renaming.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    #[serde(rename = "type")]
    pub type_ref: TypeRef,
    #[serde(skip_serializing_if = "Limits::is_none")]
    pub limits: Limits,
    /// What a reader takes when the key is missing. Without it, the key is required.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "present")]
    pub default: Option<Value>,
    /// Whether the writer in Rust may leave the key out (`skip_serializing`, `skip_serializing_if`).
    #[serde(skip_serializing_if = "is_false")]
    pub may_be_absent: bool,
    /// Whether the fields of the type stand in place of this one.
    #[serde(skip_serializing_if = "is_false")]
    pub flatten: bool,
}

/// Writes `Some(Value::Null)` as `null`, which is a default, and not as nothing.
fn present<S: serde::Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
    value.clone().unwrap_or(Value::Null).serialize(serializer)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_false(value: &bool) -> bool {
    !*value
}
