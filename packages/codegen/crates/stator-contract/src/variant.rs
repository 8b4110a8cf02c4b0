use serde::Serialize;

use crate::shape::Shape;

/// One of the forms of an enum.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    /// The tag on the wire, after serde's renaming.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    /// What the variant carries. Never an enum.
    pub shape: Shape,
    /// Further tags that a reader takes for this variant. Only unit variants that are text on the wire have any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The HTTP status of a declared error of this variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Whether a reader takes this variant for every tag that it does not know.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub other: bool,
}
