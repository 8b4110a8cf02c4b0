use crate::{Contract, IntegerPolicy, Registry, TypeRef};

macro_rules! scalars {
    ($($rust:ty => $type_ref:expr),* $(,)?) => {
        $(impl Contract for $rust {
            fn describe(_: &mut Registry) -> TypeRef {
                $type_ref
            }
        })*
    };
}

macro_rules! integers {
    ($($rust:ty, $bits:literal, $signed:literal, $policy:expr);* $(;)?) => {
        scalars! { $($rust => TypeRef::Int { bits: $bits, signed: $signed, policy: $policy }),* }
    };
}

scalars! {
    bool => TypeRef::Bool,
    String => TypeRef::String,
    str => TypeRef::String,
    char => TypeRef::Char,
    // serde writes a path as text, and refuses one that is not UTF-8.
    std::path::Path => TypeRef::String,
    std::path::PathBuf => TypeRef::String,
    f32 => TypeRef::Float { bits: 32 },
    f64 => TypeRef::Float { bits: 64 },
    () => TypeRef::Unit,
    serde_json::Value => TypeRef::Json,
}

integers! {
    u8, 8, false, None;
    i8, 8, true, None;
    u16, 16, false, None;
    i16, 16, true, None;
    u32, 32, false, None;
    i32, 32, true, None;
    u64, 64, false, Some(IntegerPolicy::Bigint);
    i64, 64, true, Some(IntegerPolicy::Bigint);
    u128, 128, false, Some(IntegerPolicy::Bigint);
    i128, 128, true, Some(IntegerPolicy::Bigint);
}
