//! Types that cross as a value of JavaScript of their own, without JSON.

use stator_contract::{BoundType, Bytes, Contract, Form, Registry, TypeRef};

use crate::crossed::{Bigint, Crossed};

/// What is wrong with an argument, as the rest of a sentence: `expected u32, got -1`.
#[derive(Debug)]
pub struct Refusal(pub String);

impl Refusal {
    pub(crate) fn expected(what: &str, got: &Crossed) -> Self {
        Self(format!("expected {what}, got {}", got.describe()))
    }
}

/// A type that crosses as one value of JavaScript. Each conversion is checked: nothing wraps, nothing is rounded.
pub trait Direct: Sized + Send {
    const FORM: Form;

    fn type_ref(registry: &mut Registry) -> TypeRef;

    /// # Errors
    /// When the value is of another type or beyond the range.
    fn take(crossed: Crossed) -> Result<Self, Refusal>;

    fn give(self) -> Crossed;

    fn bound(registry: &mut Registry) -> BoundType {
        BoundType::Value {
            form: Self::FORM,
            type_ref: Self::type_ref(registry),
        }
    }
}

macro_rules! small_integers {
    ($($rust:ident),*) => {
        $(impl Direct for $rust {
            const FORM: Form = Form::Number;

            fn type_ref(registry: &mut Registry) -> TypeRef {
                <$rust as Contract>::describe(registry)
            }

            fn take(crossed: Crossed) -> Result<Self, Refusal> {
                if let Crossed::Number(number) = crossed {
                    // Saturating: a number that is no integer of this width does not come back as itself. -0 does.
                    let value = number as $rust;
                    if f64::from(value) == number {
                        return Ok(value);
                    }
                }
                Err(Refusal::expected(stringify!($rust), &crossed))
            }

            fn give(self) -> Crossed {
                Crossed::Number(f64::from(self))
            }
        })*
    };
}

small_integers!(u8, i8, u16, i16, u32, i32);

macro_rules! wide_integers {
    ($($rust:ident),*) => {
        $(impl Direct for $rust {
            const FORM: Form = Form::Bigint;

            fn type_ref(registry: &mut Registry) -> TypeRef {
                <$rust as Contract>::describe(registry)
            }

            fn take(crossed: Crossed) -> Result<Self, Refusal> {
                let value = match &crossed {
                    Crossed::Bigint(Bigint { too_large: true, .. }) => None,
                    Crossed::Bigint(Bigint { negative: false, magnitude, .. }) => <$rust>::try_from(*magnitude).ok(),
                    Crossed::Bigint(Bigint { magnitude, .. }) => {
                        // The magnitude of the smallest i128 is one more than its largest value.
                        0i128.checked_sub_unsigned(*magnitude).and_then(|value| <$rust>::try_from(value).ok())
                    }
                    _ => None,
                };
                value.ok_or_else(|| Refusal::expected(stringify!($rust), &crossed))
            }

            fn give(self) -> Crossed {
                #[allow(unused_comparisons, reason = "one macro for signed and unsigned")]
                let negative = self < 0;
                Crossed::Bigint(Bigint { negative, magnitude: wide_integers!(@magnitude $rust, self), too_large: false })
            }
        })*
    };
    (@magnitude u64, $value:expr) => { u128::from($value) };
    (@magnitude u128, $value:expr) => { $value };
    (@magnitude i64, $value:expr) => { u128::from($value.unsigned_abs()) };
    (@magnitude i128, $value:expr) => { $value.unsigned_abs() };
}

wide_integers!(u64, i64, u128, i128);

impl Direct for f64 {
    const FORM: Form = Form::Number;

    fn type_ref(registry: &mut Registry) -> TypeRef {
        <f64 as Contract>::describe(registry)
    }

    fn take(crossed: Crossed) -> Result<Self, Refusal> {
        match crossed {
            Crossed::Number(number) if number.is_finite() => Ok(number),
            other => Err(Refusal::expected("a finite number", &other)),
        }
    }

    fn give(self) -> Crossed {
        Crossed::Number(self)
    }
}

impl Direct for f32 {
    const FORM: Form = Form::Number;

    fn type_ref(registry: &mut Registry) -> TypeRef {
        <f32 as Contract>::describe(registry)
    }

    fn take(crossed: Crossed) -> Result<Self, Refusal> {
        match crossed {
            Crossed::Number(number) if (number as f32).is_finite() => Ok(number as f32),
            other => Err(Refusal::expected("a finite number of 32 bits", &other)),
        }
    }

    /// The shortest number that is this one in 32 bits, as JSON has it: 0.1, not 0.10000000149011612.
    fn give(self) -> Crossed {
        let short = if self.is_finite() {
            self.to_string().parse().ok()
        } else {
            None
        };
        Crossed::Number(short.unwrap_or_else(|| f64::from(self)))
    }
}

impl Direct for bool {
    const FORM: Form = Form::Boolean;

    fn type_ref(_: &mut Registry) -> TypeRef {
        TypeRef::Bool
    }

    fn take(crossed: Crossed) -> Result<Self, Refusal> {
        match crossed {
            Crossed::Boolean(value) => Ok(value),
            other => Err(Refusal::expected("a boolean", &other)),
        }
    }

    fn give(self) -> Crossed {
        Crossed::Boolean(self)
    }
}

impl Direct for String {
    const FORM: Form = Form::Text;

    fn type_ref(_: &mut Registry) -> TypeRef {
        TypeRef::String
    }

    fn take(crossed: Crossed) -> Result<Self, Refusal> {
        match crossed {
            Crossed::Text(text) => Ok(text),
            other => Err(Refusal::expected("a string", &other)),
        }
    }

    fn give(self) -> Crossed {
        Crossed::Text(self)
    }
}

impl Direct for char {
    const FORM: Form = Form::Text;

    fn type_ref(_: &mut Registry) -> TypeRef {
        TypeRef::Char
    }

    fn take(crossed: Crossed) -> Result<Self, Refusal> {
        if let Crossed::Text(text) = &crossed {
            let mut letters = text.chars();
            if let (Some(letter), None) = (letters.next(), letters.next()) {
                return Ok(letter);
            }
        }
        Err(Refusal::expected("a single character", &crossed))
    }

    fn give(self) -> Crossed {
        Crossed::Text(self.to_string())
    }
}

/// As an argument or a result a `Vec<u8>` is bytes; inside of other types it is what serde writes, a list.
impl Direct for Vec<u8> {
    const FORM: Form = Form::Bytes;

    fn type_ref(_: &mut Registry) -> TypeRef {
        TypeRef::Bytes
    }

    fn take(crossed: Crossed) -> Result<Self, Refusal> {
        match crossed {
            Crossed::Bytes(bytes) => Ok(bytes),
            other => Err(Refusal::expected("bytes", &other)),
        }
    }

    fn give(self) -> Crossed {
        Crossed::Bytes(self)
    }
}

impl Direct for Bytes {
    const FORM: Form = Form::Bytes;

    fn type_ref(_: &mut Registry) -> TypeRef {
        TypeRef::Bytes
    }

    fn take(crossed: Crossed) -> Result<Self, Refusal> {
        Vec::take(crossed).map(Bytes)
    }

    fn give(self) -> Crossed {
        Crossed::Bytes(self.0)
    }
}

impl<T: Direct> Direct for Option<T> {
    const FORM: Form = T::FORM;

    fn type_ref(registry: &mut Registry) -> TypeRef {
        let inner = T::type_ref(registry);
        if matches!(inner, TypeRef::Option { .. }) {
            registry.error("Option<Option<T>> is null in both cases, so one of them is lost. Use an enum.");
        }
        TypeRef::Option { of: Box::new(inner) }
    }

    fn take(crossed: Crossed) -> Result<Self, Refusal> {
        match crossed {
            Crossed::Undefined | Crossed::Null => Ok(None),
            value => T::take(value).map(Some),
        }
    }

    fn give(self) -> Crossed {
        self.map_or(Crossed::Null, T::give)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(negative: bool, magnitude: u128) -> Crossed {
        Crossed::Bigint(Bigint {
            negative,
            magnitude,
            too_large: false,
        })
    }

    fn refused<T: Direct>(crossed: Crossed) -> String {
        match T::take(crossed) {
            Ok(_) => "it was taken".to_owned(),
            Err(refusal) => refusal.0,
        }
    }

    #[test]
    fn small_integers_never_wrap() {
        assert_eq!(u8::take(Crossed::Number(255.0)).ok(), Some(255));
        assert_eq!(i32::take(Crossed::Number(-2_147_483_648.0)).ok(), Some(i32::MIN));
        assert_eq!(refused::<u8>(Crossed::Number(256.0)), "expected u8, got 256");
        assert_eq!(refused::<u32>(Crossed::Number(-1.0)), "expected u32, got -1");
        assert_eq!(
            refused::<u32>(Crossed::Number(4_294_967_296.0)),
            "expected u32, got 4294967296"
        );
        assert_eq!(refused::<i32>(Crossed::Number(1.5)), "expected i32, got 1.5");
        assert_eq!(refused::<i32>(Crossed::Number(f64::NAN)), "expected i32, got NaN");
        assert_eq!(
            refused::<i32>(Crossed::Text("5".to_owned())),
            "expected i32, got a string"
        );
        assert_eq!(refused::<i32>(big(false, 5)), "expected i32, got 5n");
    }

    #[test]
    fn wide_integers_are_exact_to_the_last() {
        assert_eq!(u64::take(big(false, u128::from(u64::MAX))).ok(), Some(u64::MAX));
        assert_eq!(i64::take(big(true, 1 << 63)).ok(), Some(i64::MIN));
        assert_eq!(i128::take(big(true, 1 << 127)).ok(), Some(i128::MIN));
        assert_eq!(u128::take(big(false, u128::MAX)).ok(), Some(u128::MAX));
        assert_eq!(
            refused::<u64>(big(false, 1 << 64)),
            "expected u64, got 18446744073709551616n"
        );
        assert_eq!(refused::<u64>(big(true, 1)), "expected u64, got -1n");
        assert_eq!(
            refused::<i64>(big(false, 1 << 63)),
            "expected i64, got 9223372036854775808n"
        );
        assert_eq!(
            refused::<i128>(big(true, (1 << 127) + 1)),
            "expected i128, got -170141183460469231731687303715884105729n"
        );
        let more = Crossed::Bigint(Bigint {
            negative: false,
            magnitude: 1,
            too_large: true,
        });
        assert_eq!(refused::<u128>(more), "expected u128, got 1n and more");
        for value in [i128::MIN, -1, 0, i128::MAX] {
            assert_eq!(i128::take(value.give()).ok(), Some(value));
        }
    }

    #[test]
    fn floats_are_finite_and_short() {
        assert_eq!(
            refused::<f64>(Crossed::Number(f64::NAN)),
            "expected a finite number, got NaN"
        );
        assert_eq!(
            refused::<f32>(Crossed::Number(1e39)),
            "expected a finite number of 32 bits, got 1000000000000000000000000000000000000000"
        );
        assert!(matches!(0.1f32.give(), Crossed::Number(number) if number == 0.1));
        assert!(matches!(f32::INFINITY.give(), Crossed::Number(number) if number == f64::INFINITY));
    }
}
