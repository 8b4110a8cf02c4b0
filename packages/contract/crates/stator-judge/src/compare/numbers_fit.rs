use crate::document::{Int, IntegerPolicy, Number, Type};

const MOST_EXACT: u128 = (1 << 53) - 1;

/// The integers that a type holds, as its policy narrows it.
pub(super) fn range_of(int: Int) -> (Number, Number) {
    let (least, most) = if int.is_signed {
        let size = 1_u128 << (int.bits - 1);
        (size, size - 1)
    } else {
        (0, u128::MAX >> (128 - int.bits))
    };
    let most_size = match int.policy {
        Some(IntegerPolicy::Number) => MOST_EXACT,
        _ => u128::MAX,
    };
    (
        Number::negative(least.min(most_size)),
        Number::positive(most.min(most_size)),
    )
}

/// A type in a few words.
pub(super) fn name_of_int(int: Int) -> String {
    let name = format!("{}{}", if int.is_signed { "i" } else { "u" }, int.bits);
    match int.policy {
        Some(IntegerPolicy::Number) => format!("{name} within 2^53 - 1"),
        Some(IntegerPolicy::String) => format!("{name} as decimal text"),
        _ => name,
    }
}

fn name_of(number: &Type) -> String {
    match number {
        Type::Int(int) => name_of_int(*int),
        Type::Float(bits) => format!("f{bits}"),
        _ => String::new(),
    }
}

/// Why a reader does not take every number that a writer may send; `None` when it does.
pub(super) fn number_misfit(writer: &Type, reader: &Type) -> Option<String> {
    let both = || format!("{} is written, {} is read", name_of(writer), name_of(reader));
    match (writer, reader) {
        (Type::Float(written), Type::Float(read)) => (read < written).then(both),
        (Type::Int(written), Type::Float(_)) if is_text(*written) => Some(both()),
        (Type::Int(written), Type::Float(read)) => {
            let exact = 1 << if *read == 32 { 24 } else { 53 };
            let (least, most) = range_of(*written);
            let is_exact = least >= Number::negative(exact) && most <= Number::positive(exact);
            (!is_exact).then(|| format!("{}, which rounds large values", both()))
        }
        (Type::Int(written), Type::Int(read)) => {
            let ((least, most), (reader_least, reader_most)) = (range_of(*written), range_of(*read));
            let fits = is_text(*written) == is_text(*read) && least >= reader_least && most <= reader_most;
            (!fits).then(both)
        }
        _ => Some(both()),
    }
}

fn is_text(int: Int) -> bool {
    int.policy == Some(IntegerPolicy::String)
}
