use super::opened::Opened;
use crate::document::{IntegerPolicy, Type};

/// Types of one form, or text of any form that is read as just text.
pub(super) fn is_same_text(written: &Opened<'_>, read: &Opened<'_>) -> bool {
    let Some(read) = read.as_type() else { return false };
    let Some(written) = written.as_type() else {
        return *read == Type::String && written.as_enum().is_some_and(|shape| shape.is_text());
    };
    match (written, read) {
        (Type::Text(from), Type::Text(to)) => from == to,
        (Type::Int(int), Type::String) => int.policy == Some(IntegerPolicy::String),
        (Type::String | Type::Char | Type::Text(_) | Type::Bytes, Type::String) => true,
        (Type::Bool, Type::Bool) | (Type::Char, Type::Char) => true,
        (Type::Unit, Type::Unit) | (Type::Bytes, Type::Bytes) => true,
        _ => false,
    }
}
