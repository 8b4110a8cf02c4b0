use serde::Serialize;

use crate::{field::Field, limits::Limits, type_ref::TypeRef, variant::Variant};

/// What a struct, an enum or a variant looks like on the wire.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Shape {
    /// An object with these keys, in the order of the source.
    Struct {
        fields: Vec<Field>,
        unknown_keys: UnknownKeys,
    },
    /// A list with a type for each place.
    Tuple { items: Vec<TypeRef> },
    /// The inner value itself.
    Newtype {
        of: TypeRef,
        #[serde(skip_serializing_if = "Limits::is_none")]
        limits: Limits,
    },
    /// `null`.
    Unit,
    /// One of several forms.
    Enum {
        tagging: Tagging,
        variants: Vec<Variant>,
        unknown_keys: UnknownKeys,
    },
}

/// How a reader treats keys that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum UnknownKeys {
    /// They are dropped, so that a newer peer may add some.
    Strip,
    /// They are an error (`#[serde(deny_unknown_fields)]`).
    Refuse,
}

/// Where an enum keeps the name of its variant; the four representations of serde.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Tagging {
    /// `{ "Variant": content }`, or `"Variant"` alone when there is no content.
    External,
    /// `{ tag: "Variant", ...content }`.
    Internal { tag: String },
    /// `{ tag: "Variant", content: content }`.
    Adjacent { tag: String, content: String },
    /// The content alone; the first variant that fits is taken.
    Untagged,
}

impl Shape {
    /// Takes the documentation out.
    pub(crate) fn strip_docs(&mut self) {
        match self {
            Self::Struct { fields, .. } => fields.iter_mut().for_each(|field| field.docs = None),
            Self::Enum { variants, .. } => {
                for variant in variants {
                    variant.docs = None;
                    variant.shape.strip_docs();
                }
            }
            Self::Tuple { .. } | Self::Newtype { .. } | Self::Unit => {}
        }
    }

    /// Every type that is named in this shape.
    pub fn visit_types(&self, visitor: &mut impl FnMut(&TypeRef)) {
        match self {
            Shape::Struct { fields, .. } => fields.iter().for_each(|field| field.type_ref.visit(visitor)),
            Shape::Tuple { items } => items.iter().for_each(|item| item.visit(visitor)),
            Shape::Newtype { of, .. } => of.visit(visitor),
            Shape::Unit => {}
            Shape::Enum { variants, .. } => variants.iter().for_each(|variant| variant.shape.visit_types(visitor)),
        }
    }
}
