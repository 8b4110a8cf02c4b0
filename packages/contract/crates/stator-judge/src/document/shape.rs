use std::rc::Rc;

use serde::{Deserialize, de::IgnoredAny};

use super::{Limits, Type};

/// What a type with a name looks like on the wire.
#[derive(Debug, Deserialize)]
#[serde(try_from = "RawShape")]
pub(crate) enum Shape {
    Content(ContentShape),
    Enum(EnumShape),
}

/// What a struct or a variant holds.
#[derive(Debug, Deserialize)]
#[serde(try_from = "RawShape")]
pub(crate) enum ContentShape {
    Struct(StructShape),
    /// Always [`Type::Tuple`].
    Tuple(Type),
    Newtype {
        of: Type,
        limits: Limits,
    },
    Unit,
}

#[derive(Debug)]
pub(crate) struct StructShape {
    pub fields: Vec<Rc<Field>>,
    pub unknown_keys: UnknownKeys,
}

#[derive(Debug)]
pub(crate) struct EnumShape {
    pub tagging: Tagging,
    pub variants: Vec<Variant>,
    pub unknown_keys: UnknownKeys,
}

/// How a reader treats keys that it does not know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum UnknownKeys {
    #[default]
    Strip,
    Refuse,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum Tagging {
    External,
    Internal { tag: String },
    Adjacent { tag: String, content: String },
    Untagged,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Variant {
    pub name: String,
    pub shape: ContentShape,
    pub aliases: Option<Vec<String>>,
    /// Taken for every tag that a reader does not know.
    #[serde(default)]
    pub other: bool,
}

#[derive(Debug, Deserialize)]
#[serde(from = "RawField")]
pub(crate) struct Field {
    pub name: String,
    pub type_ref: Type,
    pub limits: Limits,
    /// Whether a reader does without it.
    pub may_miss: bool,
    /// Whether a writer may leave it out.
    pub may_be_absent: bool,
    /// Whether the keys of the type stand in place of this one.
    pub is_flat: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawField {
    name: String,
    #[serde(rename = "type")]
    type_ref: Type,
    #[serde(default)]
    limits: Limits,
    /// `null` is a default, too.
    #[serde(default, deserialize_with = "is_there")]
    default: bool,
    #[serde(default)]
    may_be_absent: bool,
    #[serde(default)]
    flatten: bool,
    #[serde(default)]
    optional: bool,
}

fn is_there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl From<RawField> for Field {
    fn from(raw: RawField) -> Self {
        Self {
            name: raw.name,
            type_ref: raw.type_ref,
            limits: raw.limits,
            may_miss: raw.default || raw.optional,
            may_be_absent: raw.may_be_absent || raw.optional,
            is_flat: raw.flatten,
        }
    }
}

/// The keys of all kinds: serde's own enums with a tag would round large integers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawShape {
    kind: String,
    fields: Option<Vec<Field>>,
    #[serde(default)]
    unknown_keys: UnknownKeys,
    items: Option<Vec<Type>>,
    of: Option<Type>,
    #[serde(default)]
    limits: Limits,
    tagging: Option<Tagging>,
    variants: Option<Vec<Variant>>,
}

impl TryFrom<RawShape> for Shape {
    type Error = String;

    fn try_from(raw: RawShape) -> Result<Self, String> {
        if raw.kind != "enum" {
            return raw.try_into().map(Self::Content);
        }
        let lacks = |key: &str| format!("an enum has no {key}");
        Ok(Self::Enum(EnumShape {
            tagging: raw.tagging.ok_or_else(|| lacks("tagging"))?,
            variants: raw.variants.ok_or_else(|| lacks("variants"))?,
            unknown_keys: raw.unknown_keys,
        }))
    }
}

impl TryFrom<RawShape> for ContentShape {
    type Error = String;

    fn try_from(raw: RawShape) -> Result<Self, String> {
        let lacks = |key: &str| format!("a shape of the kind {} has no {key}", raw.kind);
        Ok(match raw.kind.as_str() {
            "struct" => Self::Struct(StructShape {
                fields: raw
                    .fields
                    .ok_or_else(|| lacks("fields"))?
                    .into_iter()
                    .map(Rc::new)
                    .collect(),
                unknown_keys: raw.unknown_keys,
            }),
            "tuple" => Self::Tuple(Type::Tuple(raw.items.ok_or_else(|| lacks("items"))?)),
            "newtype" => Self::Newtype {
                of: raw.of.ok_or_else(|| lacks("of"))?,
                limits: raw.limits,
            },
            "unit" => Self::Unit,
            kind => return Err(format!("there is no shape of the kind {kind}")),
        })
    }
}

impl ContentShape {
    fn visit_types<'a>(&'a self, visit: &mut impl FnMut(&'a Type)) {
        match self {
            Self::Struct(shape) => shape.fields.iter().for_each(|field| field.type_ref.visit(visit)),
            Self::Tuple(of) | Self::Newtype { of, .. } => of.visit(visit),
            Self::Unit => {}
        }
    }
}

impl Shape {
    /// Calls `visit` for every type that is written in the shape, also inside of others.
    pub fn visit_types<'a>(&'a self, visit: &mut impl FnMut(&'a Type)) {
        match self {
            Self::Content(shape) => shape.visit_types(visit),
            Self::Enum(shape) => shape
                .variants
                .iter()
                .for_each(|variant| variant.shape.visit_types(visit)),
        }
    }
}

impl EnumShape {
    pub fn is_untagged(&self) -> bool {
        self.tagging == Tagging::Untagged
    }

    /// Whether every form is a text on its own.
    pub fn is_text(&self) -> bool {
        self.tagging == Tagging::External
            && self.variants.iter().all(|variant| {
                matches!(variant.shape, ContentShape::Unit) && !variant.other && variant.aliases.is_none()
            })
    }
}
