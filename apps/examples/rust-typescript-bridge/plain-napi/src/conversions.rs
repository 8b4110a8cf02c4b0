//! One function for each type that napi converts by itself.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use napi::bindgen_prelude::{BigInt, Uint8Array};
use napi_derive::napi;

macro_rules! echoes {
    ($($name:ident: $rust:ty),* $(,)?) => {
        $(#[napi]
        pub fn $name(value: $rust) -> $rust {
            value
        })*
    };
}

echoes! {
    echo_i8: i8,
    echo_i16: i16,
    echo_i32: i32,
    echo_i64: i64,
    echo_u8: u8,
    echo_u16: u16,
    echo_u32: u32,
    echo_f64: f64,
    echo_bool: bool,
    echo_string: String,
    echo_big_int: BigInt,
    echo_vec: Vec<i32>,
    echo_vec_u8: Vec<u8>,
    echo_hash_map: HashMap<String, i32>,
    echo_btree_map: BTreeMap<String, i32>,
    echo_hash_set: HashSet<i32>,
    echo_btree_set: BTreeSet<String>,
    echo_option: Option<i32>,
    echo_tuple: (i32, String),
    echo_unit: (),
    echo_bytes: Uint8Array,
}

// These go out and not in.

#[napi]
pub fn give_u64() -> u64 {
    u64::MAX
}

#[napi]
pub fn give_u128() -> u128 {
    u128::MAX
}

#[napi]
pub fn give_i128() -> i128 {
    i128::MIN
}

#[napi]
pub fn give_f32() -> f32 {
    0.1
}

/// A number that 53 bits do not hold.
#[napi]
pub fn give_i64() -> i64 {
    i64::MAX
}
