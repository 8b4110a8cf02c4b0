use crate::{Asked, Contract, IntegerPolicy, Misfit, Registry, TypeRef};

macro_rules! scalars {
    ($($rust:ty => $type_ref:expr $(, $check:expr)?);* $(;)?) => {
        $(impl Contract for $rust {
            fn describe(_: &mut Registry) -> TypeRef {
                $type_ref
            }

            $(fn check_contract(&self, asked: &Asked) -> Result<(), Misfit> {
                let check: fn(&$rust, &Asked) -> Result<(), Misfit> = $check;
                check(self, asked)
            })?
        })*
    };
}

macro_rules! integers {
    ($($rust:ty, $bits:literal, $signed:literal);* $(;)?) => {
        scalars! { $($rust => TypeRef::Int { bits: $bits, signed: $signed, policy: None },
            |value, asked| asked.narrow(i128::from(*value))
        );* }
    };
}

macro_rules! wide_integers {
    ($($rust:ty, $bits:literal, $signed:literal);* $(;)?) => {
        scalars! { $($rust => TypeRef::Int { bits: $bits, signed: $signed, policy: Some(IntegerPolicy::Bigint) },
            |value, asked| asked.wide(*value, $signed)
        );* }
    };
}

scalars! {
    bool => TypeRef::Bool;
    String => TypeRef::String, |text, asked| asked.length(text.len(), "bytes of UTF-8");
    str => TypeRef::String, |text, asked| asked.length(text.len(), "bytes of UTF-8");
    char => TypeRef::Char;
    // serde writes a path as text, and refuses one that is not UTF-8.
    std::path::Path => TypeRef::String, |path, asked| asked.length(path.as_os_str().len(), "bytes of UTF-8");
    std::path::PathBuf => TypeRef::String, |path, asked| asked.length(path.as_os_str().len(), "bytes of UTF-8");
    f32 => TypeRef::Float { bits: 32 }, |value, asked| asked.float32(*value);
    f64 => TypeRef::Float { bits: 64 }, |value, asked| asked.float(*value);
    () => TypeRef::Unit;
    serde_json::Value => TypeRef::Json;
}

integers! {
    u8, 8, false;
    i8, 8, true;
    u16, 16, false;
    i16, 16, true;
    u32, 32, false;
    i32, 32, true;
}

wide_integers! {
    u64, 64, false;
    i64, 64, true;
    u128, 128, false;
    i128, 128, true;
}
