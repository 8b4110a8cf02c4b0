use super::numbers_fit::range_of;
use crate::document::{Limits, Number, Type};

/// Where a reader's limits are narrower than what a writer may send, as sentences.
pub(super) fn limit_misfits(writer_type: &Type, writer: Limits, reader: Limits) -> Vec<String> {
    let inner = match writer_type {
        Type::Option(of) => of,
        other => other,
    };
    let (least, most) = match inner {
        Type::Int(int) => {
            let (least, most) = range_of(*int);
            (Some(least), Some(most))
        }
        _ => (None, None),
    };
    let zero = Some(Number::ZERO);
    let or_zero = |bound: Option<Number>| bound.or(zero);
    [
        below("length", or_zero(writer.min_length), or_zero(reader.min_length)),
        above("length", writer.max_length, reader.max_length),
        below("value", writer.min.or(least), reader.min),
        above("value", writer.max.or(most), reader.max),
        below(
            "length in characters",
            or_zero(writer.min_chars),
            or_zero(reader.min_chars),
        ),
        above("length in characters", writer.max_chars, reader.max_chars),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn below(what: &str, writer: Option<Number>, reader: Option<Number>) -> Option<String> {
    let reader = reader?;
    match writer {
        Some(writer) if writer >= reader => None,
        Some(writer) => Some(format!(
            "the reader wants a {what} of at least {reader}, the writer sends from {writer}"
        )),
        None => Some(format!(
            "the reader wants a {what} of at least {reader}, the writer has no limit"
        )),
    }
}

fn above(what: &str, writer: Option<Number>, reader: Option<Number>) -> Option<String> {
    let reader = reader?;
    match writer {
        Some(writer) if writer <= reader => None,
        Some(writer) => Some(format!(
            "the reader takes a {what} of at most {reader}, the writer sends up to {writer}"
        )),
        None => Some(format!(
            "the reader takes a {what} of at most {reader}, the writer has no limit"
        )),
    }
}
