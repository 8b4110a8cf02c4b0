use std::{cmp::Ordering, fmt::Display};

use crate::{
    check::{JsNumber, Misfit},
    limits::{Bound, Limits},
};

/// 2^53 - 1: above it, a `number` of TypeScript skips integers.
const MOST: u128 = (1 << 53) - 1;

/// What the field that holds a value asks of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    pub limits: Limits,
    /// Wide integers have to lie within 2^53 - 1: `#[contract(integer = "number")]`.
    pub safe_integers: bool,
}

impl Asked {
    /// Nothing beyond the type.
    pub const NOTHING: Self = Self {
        limits: Limits {
            min_length: None,
            max_length: None,
            min: None,
            max: None,
        },
        safe_integers: false,
    };

    /// What is asked of the parts of a collection: limits are for the whole.
    #[must_use]
    pub fn of_parts(&self) -> Self {
        Self {
            safe_integers: self.safe_integers,
            ..Self::NOTHING
        }
    }

    /// Checks a length. `of` says in messages what is counted.
    ///
    /// # Errors
    /// When it is outside of the limits.
    pub fn length(&self, length: usize, of: &str) -> Result<(), Misfit> {
        let length = length as u64;
        let (min, max) = (self.limits.min_length, self.limits.max_length);
        if min.is_none_or(|min| length >= min) && max.is_none_or(|max| length <= max) {
            return Ok(());
        }
        let expected = match (min.unwrap_or(0), max) {
            (min, Some(max)) if min == max => format!("{min} {of}"),
            (0, Some(max)) => format!("at most {max} {of}"),
            (min, Some(max)) => format!("{min} to {max} {of}"),
            (min, None) => format!("at least {min} {of}"),
        };
        Err(Misfit::new(expected, length))
    }

    /// Checks an integer of up to 64 bits.
    pub(crate) fn narrow(&self, value: i128) -> Result<(), Misfit> {
        self.between(value, |bound| bound.of_integer(value), "")
    }

    /// Checks an integer of 64 bits and more, which TypeScript shows with an `n` unless it is a safe one.
    pub(crate) fn wide(&self, value: impl TryInto<i128> + Display + Copy, signed: bool) -> Result<(), Misfit> {
        // The top half of u128 is beyond i128, and so beyond every limit.
        let exact: Option<i128> = value.try_into().ok();
        if self.safe_integers && exact.is_none_or(|exact| exact.unsigned_abs() > MOST) {
            let expected = if signed {
                "an integer from -(2^53 - 1) to 2^53 - 1"
            } else {
                "an integer from 0 to 2^53 - 1"
            };
            return Err(Misfit::new(expected, format_args!("{value}n")));
        }
        let compare = |bound: Bound| exact.map_or(Ordering::Greater, |exact| bound.of_integer(exact));
        self.between(value, compare, if self.safe_integers { "" } else { "n" })
    }

    /// Checks a number of floating point; JSON has no other than finite ones.
    pub(crate) fn float(&self, value: f64) -> Result<(), Misfit> {
        if !value.is_finite() {
            return Err(Misfit::new("a finite number", value));
        }
        self.between(JsNumber(value), |bound| bound.of_float(value), "")
    }

    /// The same for 32 bits. Limits are rounded as the value was: 0.1 is at most 0.1.
    pub(crate) fn float32(&self, value: f32) -> Result<(), Misfit> {
        if !value.is_finite() {
            return Err(Misfit::new("a finite number of 32 bits", value));
        }
        self.between(JsNumber(value), |bound| bound.of_float32(value), "")
    }

    fn between(&self, value: impl Display, compare: impl Fn(Bound) -> Ordering, suffix: &str) -> Result<(), Misfit> {
        let (min, max) = (self.limits.min, self.limits.max);
        if min.is_none_or(|min| compare(min).is_ge()) && max.is_none_or(|max| compare(max).is_le()) {
            return Ok(());
        }
        let expected = match (min, max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("at least {min}"),
            (None, Some(max)) => format!("at most {max}"),
            (None, None) => String::new(),
        };
        Err(Misfit::new(expected, format_args!("{value}{suffix}")))
    }
}
