use super::numbers_fit::name_of_int;
use crate::document::{TextFormat, Type};

/// A type in a few words, as it is on the wire.
pub(super) fn describe_type(of: &Type) -> String {
    match of {
        Type::Bool => "a boolean".to_owned(),
        Type::String => "text".to_owned(),
        Type::Char => "a character".to_owned(),
        Type::Unit => "null".to_owned(),
        Type::Json => "any JSON".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::Text(format) => describe_format(*format).to_owned(),
        Type::Int(int) => name_of_int(*int),
        Type::Float(bits) => format!("f{bits}"),
        Type::Option(of) => format!("{} or null", describe_type(of)),
        Type::List(_) | Type::Set(_) => "a list".to_owned(),
        Type::Array(_, length) => format!("a list of {length}"),
        Type::Tuple(items) => format!("a list of {} types", items.len()),
        Type::Map(..) => "a map".to_owned(),
        Type::Literal(value) => value.to_string(),
        Type::Ref(name) => name.clone(),
    }
}

fn describe_format(format: TextFormat) -> &'static str {
    match format {
        TextFormat::Uuid => "a UUID",
        TextFormat::Url => "a URL",
        TextFormat::DateTime => "a time in UTC",
        TextFormat::LocalDateTime => "a date and time",
        TextFormat::Date => "a date",
        TextFormat::Time => "a time of day",
    }
}
