use serde::Serialize;

/// A type at the place where it is used. Types with a name are referred to; all others are written out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum TypeRef {
    /// `true` or `false`.
    Bool,
    /// Well-formed Unicode text.
    String,
    /// Exactly one Unicode scalar value, as text.
    Char,
    /// An integer of exactly this width.
    #[serde(rename_all = "camelCase")]
    Int {
        bits: u16,
        signed: bool,
        /// How languages without wide integers hold it. Only widths of 64 and more have one.
        #[serde(skip_serializing_if = "Option::is_none")]
        policy: Option<IntegerPolicy>,
    },
    /// A finite IEEE 754 number of 32 or 64 bits.
    Float { bits: u16 },
    /// `()`, which is `null` on the wire.
    Unit,
    /// Any JSON value.
    Json,
    /// Bytes, as base64 text (RFC 4648, section 4, with padding).
    Bytes,
    /// Text of a form that readers check.
    Text { format: TextFormat },
    /// `null`, or a value of the inner type.
    Option { of: Box<TypeRef> },
    /// A list of any length.
    List { of: Box<TypeRef> },
    /// A list without duplicates; in Rust the order is not kept.
    Set { of: Box<TypeRef> },
    /// A list of exactly this length.
    Array { of: Box<TypeRef>, length: usize },
    /// A list with a type for each place.
    Tuple { items: Vec<TypeRef> },
    /// An object whose keys are data.
    Map { key: Box<TypeRef>, value: Box<TypeRef> },
    /// A type of the document.
    Ref { name: String },
}

/// A form of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextFormat {
    /// A UUID in small letters, with hyphens.
    Uuid,
    /// An absolute URL as the URL standard writes it.
    Url,
    /// A point in time in UTC, as RFC 3339 with `Z`: `2026-01-31T12:00:00.5Z`.
    DateTime,
    /// A date and a time without a zone: `2026-01-31T12:00:00`.
    LocalDateTime,
    /// `2026-01-31`.
    Date,
    /// `12:00:00`, with up to nine decimals.
    Time,
}

/// How a language whose numbers are not exact beyond 2^53 holds a wide integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum IntegerPolicy {
    /// As `bigint`: exact over the whole range. The default.
    Bigint,
    /// As `number`; a value beyond 2^53 - 1 is refused.
    Number,
    /// As decimal text, on the wire too: the field needs `#[serde(with = "stator_contract::decimal")]`.
    String,
}

impl TypeRef {
    pub(crate) fn option_of(inner: TypeRef) -> TypeRef {
        TypeRef::Option { of: Box::new(inner) }
    }

    /// The type below any number of `Option`.
    pub(crate) fn without_option(&self) -> &TypeRef {
        match self {
            TypeRef::Option { of } => of.without_option(),
            other => other,
        }
    }

    /// Whether a missing key stands for `null`, which is how serde reads an `Option` field.
    pub(crate) fn is_option(&self) -> bool {
        matches!(self, TypeRef::Option { .. })
    }

    /// Every type inside of this one, itself first.
    pub fn visit(&self, visitor: &mut impl FnMut(&TypeRef)) {
        visitor(self);
        match self {
            TypeRef::Option { of } | TypeRef::List { of } | TypeRef::Set { of } | TypeRef::Array { of, .. } => {
                of.visit(visitor);
            }
            TypeRef::Tuple { items } => items.iter().for_each(|item| item.visit(visitor)),
            TypeRef::Map { key, value } => {
                key.visit(visitor);
                value.visit(visitor);
            }
            _ => {}
        }
    }

    /// Sets the policy of every wide integer that is written out here. Says whether there was one.
    pub(crate) fn apply_policy(&mut self, chosen: IntegerPolicy) -> bool {
        match self {
            TypeRef::Int {
                policy: Some(policy), ..
            } => {
                *policy = chosen;
                true
            }
            TypeRef::Option { of } | TypeRef::List { of } | TypeRef::Set { of } | TypeRef::Array { of, .. } => {
                of.apply_policy(chosen)
            }
            TypeRef::Tuple { items } => items
                .iter_mut()
                .fold(false, |any, item| item.apply_policy(chosen) | any),
            TypeRef::Map { value, .. } => value.apply_policy(chosen),
            _ => false,
        }
    }

    /// A part of a name, for instances of generic types: `Page<Token>` becomes `PageOfToken`.
    pub(crate) fn name_part(&self) -> String {
        match self {
            TypeRef::Bool => "Bool".into(),
            TypeRef::String => "String".into(),
            TypeRef::Char => "Char".into(),
            TypeRef::Int { bits, signed, .. } => format!("{}{bits}", if *signed { "I" } else { "U" }),
            TypeRef::Float { bits } => format!("F{bits}"),
            TypeRef::Unit => "Unit".into(),
            TypeRef::Json => "Json".into(),
            TypeRef::Bytes => "Bytes".into(),
            TypeRef::Text { format } => format!("{format:?}"),
            TypeRef::Option { of } => format!("Optional{}", of.name_part()),
            TypeRef::List { of } => format!("ListOf{}", of.name_part()),
            TypeRef::Set { of } => format!("SetOf{}", of.name_part()),
            TypeRef::Array { of, length } => format!("Array{length}Of{}", of.name_part()),
            TypeRef::Tuple { items } => {
                format!(
                    "TupleOf{}",
                    items.iter().map(TypeRef::name_part).collect::<Vec<_>>().join("And")
                )
            }
            TypeRef::Map { key, value } => format!("MapOf{}To{}", key.name_part(), value.name_part()),
            TypeRef::Ref { name } => name.clone(),
        }
    }
}
