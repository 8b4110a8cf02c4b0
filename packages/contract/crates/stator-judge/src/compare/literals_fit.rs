use super::{numbers_fit::range_of, opened::Opened};
use crate::document::{ContentShape, EnumShape, IntegerPolicy, Limits, Literal, Number, Tagging, Type};

/// Whether a reader takes the one value that a writer may send.
pub(super) fn takes_literal(read: &Opened<'_>, limits: Limits, literal: &Literal) -> bool {
    match (read.as_type(), literal) {
        (Some(Type::Literal(read)), literal) => read == literal,
        (Some(Type::Bool), Literal::Bool(_)) => true,
        (Some(Type::String), Literal::Text(text)) => fits_length(text, limits),
        (Some(Type::Int(int)), Literal::Number(number)) => {
            let (least, most) = range_of(*int);
            number.is_integer()
                && int.policy != Some(IntegerPolicy::String)
                && *number >= least
                && *number <= most
                && fits_value(*number, limits)
        }
        (Some(Type::Float(_)), Literal::Number(number)) => fits_value(*number, limits),
        (None, Literal::Text(text)) => read.as_enum().is_some_and(|shape| takes_text(shape, text)),
        _ => false,
    }
}

fn takes_text(shape: &EnumShape, text: &str) -> bool {
    shape.tagging == Tagging::External
        && shape.variants.iter().any(|variant| {
            matches!(variant.shape, ContentShape::Unit)
                && (variant.other
                    || variant.name == text
                    || variant.aliases.iter().flatten().any(|alias| alias == text))
        })
}

fn fits_length(text: &str, limits: Limits) -> bool {
    let size = |count: usize| Number::positive(count as u128);
    let (bytes, points) = (size(text.len()), size(text.chars().count()));
    // The least is counted in units of UTF-16, the greatest in code points.
    let units = size(text.encode_utf16().count());
    limits.min_length.is_none_or(|least| bytes >= least)
        && limits.max_length.is_none_or(|most| bytes <= most)
        && limits.min_chars.is_none_or(|least| units >= least)
        && limits.max_chars.is_none_or(|most| points <= most)
}

fn fits_value(value: Number, limits: Limits) -> bool {
    limits.min.is_none_or(|least| value >= least) && limits.max.is_none_or(|most| value <= most)
}
