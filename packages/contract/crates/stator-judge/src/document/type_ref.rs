use serde::Deserialize;
use serde_json::value::RawValue;

use super::Literal;

/// A type at the place where it is used.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "RawTypeRef<'_>")]
pub(crate) enum Type {
    Bool,
    String,
    Char,
    Unit,
    Json,
    Bytes,
    Text(TextFormat),
    Int(Int),
    /// With its bits.
    Float(u16),
    Option(Box<Type>),
    List(Box<Type>),
    Set(Box<Type>),
    /// With its length.
    Array(Box<Type>, u64),
    Tuple(Vec<Type>),
    /// Of a key to a value.
    Map(Box<Type>, Box<Type>),
    Literal(Literal),
    Ref(String),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Int {
    /// From 1 to 128.
    pub bits: u16,
    pub is_signed: bool,
    pub policy: Option<IntegerPolicy>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum IntegerPolicy {
    Bigint,
    Number,
    String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TextFormat {
    Uuid,
    Url,
    DateTime,
    LocalDateTime,
    Date,
    Time,
}

/// The keys of all kinds: serde's own enums with a tag would round large integers.
#[derive(Deserialize)]
struct RawTypeRef<'a> {
    kind: String,
    bits: Option<u16>,
    signed: Option<bool>,
    policy: Option<IntegerPolicy>,
    format: Option<TextFormat>,
    of: Option<Box<Type>>,
    length: Option<u64>,
    items: Option<Vec<Type>>,
    key: Option<Box<Type>>,
    /// Of a map a type, of a literal the value.
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    name: Option<String>,
}

impl TryFrom<RawTypeRef<'_>> for Type {
    type Error = String;

    fn try_from(raw: RawTypeRef<'_>) -> Result<Self, String> {
        let lacks = |key: &str| format!("a type of the kind {} has no {key}", raw.kind);
        Ok(match raw.kind.as_str() {
            "bool" => Self::Bool,
            "string" => Self::String,
            "char" => Self::Char,
            "unit" => Self::Unit,
            "json" => Self::Json,
            "bytes" => Self::Bytes,
            "text" => Self::Text(raw.format.ok_or_else(|| lacks("format"))?),
            "int" => Self::Int(Int {
                bits: raw
                    .bits
                    .filter(|bits| (1..=128).contains(bits))
                    .ok_or_else(|| lacks("known width"))?,
                is_signed: raw.signed.unwrap_or(false),
                policy: raw.policy,
            }),
            "float" => Self::Float(raw.bits.ok_or_else(|| lacks("bits"))?),
            "option" => Self::Option(raw.of.ok_or_else(|| lacks("of"))?),
            "list" => Self::List(raw.of.ok_or_else(|| lacks("of"))?),
            "set" => Self::Set(raw.of.ok_or_else(|| lacks("of"))?),
            "array" => {
                let length = raw.length.ok_or_else(|| lacks("length"))?;
                Self::Array(raw.of.ok_or_else(|| lacks("of"))?, length)
            }
            "tuple" => Self::Tuple(raw.items.ok_or_else(|| lacks("items"))?),
            "map" => Self::Map(
                raw.key.ok_or_else(|| lacks("key"))?,
                Box::new(read(raw.value.ok_or_else(|| lacks("value"))?)?),
            ),
            "literal" => Self::Literal(read(raw.value.ok_or_else(|| lacks("value"))?)?),
            "ref" => Self::Ref(raw.name.ok_or_else(|| lacks("name"))?),
            kind => return Err(format!("there is no type of the kind {kind}")),
        })
    }
}

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, String> {
    serde_json::from_str(raw.get()).map_err(|error| error.to_string())
}

impl Type {
    /// Calls `visit` for the type and every type inside of it.
    pub fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a Type)) {
        visit(self);
        match self {
            Self::Option(of) | Self::List(of) | Self::Set(of) | Self::Array(of, _) => of.visit(visit),
            Self::Tuple(items) => items.iter().for_each(|item| item.visit(visit)),
            Self::Map(key, value) => {
                key.visit(visit);
                value.visit(visit);
            }
            _ => {}
        }
    }
}
