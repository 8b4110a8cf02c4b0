//! For each type a function that gives back what it takes, and one that gives the JSON that serde makes of it.
//!
//! `../tables/types.ts` calls all of them and makes the table of docs/bridge.md.

mod types;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde_json::Value;
use stator_bindings::binding;
use stator_contract::{Bytes, Millis, UnixMillis};
use url::Url;
use uuid::Uuid;

use types::{Failure, Meters, Mode, Page, Pair, Point, Shape};

macro_rules! types {
    ($($echo:ident, $wire:ident: $rust:ty),* $(,)?) => {
        $(#[binding]
        pub fn $echo(value: $rust) -> $rust {
            value
        }

        #[binding]
        pub fn $wire(value: $rust) -> Result<String, String> {
            serde_json::to_string(&value).map_err(|error| error.to_string())
        })*

        stator_bindings::addon! {
            bindings: [$($echo, $wire,)* echo_result, echo_unit, wire_unit],
        }

        /// Names of functions and the types that they take, as Rust writes them.
        const TYPES: &[(&str, &str)] = &[$((stringify!($echo), stringify!($rust))),*];
    };
}

types! {
    echo_i8, wire_i8: i8,
    echo_i16, wire_i16: i16,
    echo_i32, wire_i32: i32,
    echo_i64, wire_i64: i64,
    echo_i128, wire_i128: i128,
    echo_u8, wire_u8: u8,
    echo_u16, wire_u16: u16,
    echo_u32, wire_u32: u32,
    echo_u64, wire_u64: u64,
    echo_u128, wire_u128: u128,
    echo_f32, wire_f32: f32,
    echo_f64, wire_f64: f64,
    echo_bool, wire_bool: bool,
    echo_char, wire_char: char,
    echo_string, wire_string: String,
    echo_vec, wire_vec: Vec<i32>,
    echo_hash_map, wire_hash_map: HashMap<String, i32>,
    echo_btree_map, wire_btree_map: BTreeMap<String, i32>,
    echo_enum_map, wire_enum_map: BTreeMap<Uuid, u64>,
    echo_hash_set, wire_hash_set: HashSet<i32>,
    echo_btree_set, wire_btree_set: BTreeSet<String>,
    echo_option, wire_option: Option<i32>,
    echo_tuple, wire_tuple: (i32, String),
    echo_array, wire_array: [f64; 3],
    echo_bytes, wire_bytes: Bytes,
    echo_vec_u8, wire_vec_u8: Vec<u8>,
    echo_millis, wire_millis: Millis,
    echo_unix_millis, wire_unix_millis: UnixMillis,
    echo_date_time, wire_date_time: DateTime<Utc>,
    echo_naive_date_time, wire_naive_date_time: NaiveDateTime,
    echo_naive_date, wire_naive_date: NaiveDate,
    echo_naive_time, wire_naive_time: NaiveTime,
    echo_uuid, wire_uuid: Uuid,
    echo_url, wire_url: Url,
    echo_value, wire_value: Value,
    echo_box, wire_box: Box<Point>,
    echo_cow, wire_cow: Cow<'static, str>,
    echo_struct, wire_struct: Point,
    echo_newtype, wire_newtype: Meters,
    echo_tuple_struct, wire_tuple_struct: Pair,
    echo_enum, wire_enum: Mode,
    echo_data_enum, wire_data_enum: Shape,
    echo_generic, wire_generic: Page<Point>,
}

/// The value, or an error from a hundred on.
#[binding]
pub fn echo_result(value: i32) -> Result<i32, Failure> {
    if value < 100 { Ok(value) } else { Err(Failure::TooLarge) }
}

#[binding]
pub fn echo_unit() {}

#[binding]
pub fn wire_unit() -> Result<String, String> {
    serde_json::to_string(&()).map_err(|error| error.to_string())
}

/// Everything that this crate publishes.
pub fn contracts(contracts: &mut stator_contract::Contracts) {
    let types: BTreeMap<String, String> = TYPES
        .iter()
        .map(|(name, rust)| ((*name).to_owned(), (*rust).to_owned()))
        .collect();
    contracts
        .constant("rust_types", "The type that each function takes.", &types)
        .bindings(bindings);
}
