use std::{cmp::Ordering, fmt};

use serde::Serialize;

use crate::{check::JsNumber, type_ref::TypeRef};

/// What narrows the values of a field beyond its type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Least length, as Rust's `len()` counts: bytes, UTF-8 bytes of text, items of a list, entries of a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    /// Greatest length, counted likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u64>,
    /// Least value of a number, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Bound>,
    /// Greatest value of a number, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Bound>,
}

/// A limit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Bound {
    Int(i128),
    Float(f64),
}

impl Limits {
    pub fn is_none(&self) -> bool {
        *self == Limits::default()
    }

    /// The first thing that is wrong with these limits on that type, as a sentence.
    pub(crate) fn problem(&self, on: &TypeRef) -> Option<String> {
        let on = on.without_option();
        let has_length = matches!(
            on,
            TypeRef::String | TypeRef::Bytes | TypeRef::List { .. } | TypeRef::Set { .. } | TypeRef::Map { .. }
        );
        if (self.min_length.is_some() || self.max_length.is_some()) && !has_length {
            return Some("min_length and max_length are for String, bytes, lists, sets and maps; \
                         to limit what is inside of a list or of a type with a name, put them on a field of its own type"
                .into());
        }
        if let (Some(min), Some(max)) = (self.min_length, self.max_length)
            && min > max
        {
            return Some(format!("min_length {min} is greater than max_length {max}"));
        }
        self.min
            .iter()
            .chain(&self.max)
            .find_map(|bound| bound.problem(on))
            .or_else(|| match (self.min, self.max) {
                (Some(Bound::Int(min)), Some(Bound::Int(max))) if min > max => {
                    Some(format!("min {min} is greater than max {max}"))
                }
                (Some(Bound::Float(min)), Some(Bound::Float(max))) if min > max => {
                    Some(format!("min {min} is greater than max {max}"))
                }
                _ => None,
            })
    }
}

impl Bound {
    /// How an integer lies to this limit.
    pub(crate) fn of_integer(self, value: i128) -> Ordering {
        match self {
            Bound::Int(bound) => value.cmp(&bound),
            // Integers have integer limits only.
            Bound::Float(_) => Ordering::Equal,
        }
    }

    /// How a finite number lies to this limit.
    pub(crate) fn of_float(self, value: f64) -> Ordering {
        value.partial_cmp(&self.float()).unwrap_or(Ordering::Equal)
    }

    /// The same in 32 bits.
    pub(crate) fn of_float32(self, value: f32) -> Ordering {
        value.partial_cmp(&(self.float() as f32)).unwrap_or(Ordering::Equal)
    }

    fn float(self) -> f64 {
        match self {
            Bound::Int(bound) => bound as f64,
            Bound::Float(bound) => bound,
        }
    }

    fn problem(&self, on: &TypeRef) -> Option<String> {
        match (self, on) {
            (Bound::Int(_), TypeRef::Int { .. } | TypeRef::Float { .. }) => None,
            (Bound::Float(value), TypeRef::Float { .. }) if value.is_finite() => None,
            (Bound::Float(_), TypeRef::Int { .. }) => Some("min and max of an integer are integers".into()),
            _ => Some("min and max are for numbers; put them on the field of the number's own type".into()),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Int(bound) => bound.fmt(formatter),
            Bound::Float(bound) => JsNumber(*bound).fmt(formatter),
        }
    }
}
