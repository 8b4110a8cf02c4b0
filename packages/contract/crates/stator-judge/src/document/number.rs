use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::value::RawValue;

/// The greatest integer up to which JavaScript's numbers are exact.
const MOST_SAFE: u128 = (1 << 53) - 1;

/// A number of a document, exact: integers of up to 128 bits, with either sign.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Int { is_negative: bool, size: u128 },
    Float(f64),
}

impl Number {
    pub const ZERO: Self = Self::positive(0);

    pub const fn positive(size: u128) -> Self {
        Self::Int {
            is_negative: false,
            size,
        }
    }

    pub const fn negative(size: u128) -> Self {
        Self::Int {
            is_negative: size != 0,
            size,
        }
    }

    /// Whether JavaScript has it as `number`; other integers become `bigint` there.
    pub fn is_js_number(self) -> bool {
        match self {
            Self::Int { size, .. } => size <= MOST_SAFE,
            Self::Float(_) => true,
        }
    }

    pub fn is_integer(self) -> bool {
        match self {
            Self::Int { .. } => true,
            Self::Float(value) => value.fract() == 0.0,
        }
    }

    fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let size = digits.parse().ok()?;
            return Some(if digits.len() < text.len() {
                Self::negative(size)
            } else {
                Self::positive(size)
            });
        }
        let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let value: f64 = text.parse().ok().filter(|_| is_number)?;
        value.is_finite().then_some(Self::Float(value))
    }
}

/// By value, whatever the form.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (*self, *other) {
            (Self::Float(one), Self::Float(other)) => one.partial_cmp(&other),
            (Self::Int { is_negative, size }, Self::Int { .. }) | (Self::Int { is_negative, size }, Self::Float(_)) => {
                Some(compare_integer(is_negative, size, *other))
            }
            (Self::Float(_), Self::Int { is_negative, size }) => {
                Some(compare_integer(is_negative, size, *self).reverse())
            }
        }
    }
}

fn compare_integer(is_negative: bool, size: u128, other: Number) -> Ordering {
    let (other_is_negative, other_size, fraction) = match other {
        Number::Int { is_negative, size } => (is_negative, size, 0.0),
        // The cast saturates: what is beyond 2^128 differs from every integer here by its sign, or is greater than all.
        Number::Float(value) if value.abs() >= 2_f64.powi(128) => {
            return if value < 0.0 { Ordering::Greater } else { Ordering::Less };
        }
        Number::Float(value) => (value < 0.0, value.abs() as u128, value.abs().fract()),
    };
    let sign = |is_negative: bool, size: u128, fraction: f64| match (size == 0 && fraction == 0.0, is_negative) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    };
    let signs = sign(is_negative, size, 0.0).cmp(&sign(other_is_negative, other_size, fraction));
    if signs != Ordering::Equal {
        return signs;
    }
    let sizes = size.cmp(&other_size).then(if fraction > 0.0 {
        Ordering::Less
    } else {
        Ordering::Equal
    });
    if is_negative { sizes.reverse() } else { sizes }
}

/// As JavaScript shows it.
impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Int { is_negative, size } => write!(formatter, "{}{size}", if is_negative { "-" } else { "" }),
            Self::Float(0.0) => formatter.write_str("0"),
            Self::Float(value) if (1e-6..1e21).contains(&value.abs()) => write!(formatter, "{value}"),
            Self::Float(value) => {
                let text = format!("{value:e}");
                formatter.write_str(&if value.abs() < 1.0 {
                    text
                } else {
                    text.replace('e', "e+")
                })
            }
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Self::read(raw.get()).ok_or_else(|| D::Error::custom("a number is none, or too large"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<Number> {
        Number::read(text)
    }

    #[test]
    fn numbers_are_compared_exactly() {
        let ascending = [
            "-1e300",
            "-340282366920938463463374607431768211455",
            "-9007199254740993",
            "-9007199254740992.0",
            "-1.5",
            "-1",
            "-0.5",
            "0",
            "0.5",
            "1",
            "1.5",
            "9007199254740992.0",
            "9007199254740993",
            "340282366920938463463374607431768211455",
            "340282366920938463463374607431768211456.0",
        ];
        for (place, one) in ascending.iter().enumerate() {
            for (other_place, other) in ascending.iter().enumerate() {
                let order = number(one).partial_cmp(&number(other));
                assert_eq!(order, Some(place.cmp(&other_place)), "{one} and {other}");
            }
        }
        assert_eq!(number("-0"), number("0.0"));
        assert_eq!(number("1e2"), number("100"));
    }

    #[test]
    fn numbers_are_shown_as_javascript_shows_them() {
        for (text, shown) in [
            ("-0", "0"),
            ("-0.0", "0"),
            ("1.50", "1.5"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("-1.5e-9", "-1.5e-9"),
            (
                "-170141183460469231731687303715884105728",
                "-170141183460469231731687303715884105728",
            ),
        ] {
            let read = number(text).map(|number| number.to_string());
            assert_eq!(read.as_deref(), Some(shown), "{text}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "-",
            "null",
            "\"1\"",
            "inf",
            "NaN",
            "1e999",
            "999999999999999999999999999999999999999999",
        ] {
            assert!(number(text).is_none(), "{text}");
        }
    }
}
