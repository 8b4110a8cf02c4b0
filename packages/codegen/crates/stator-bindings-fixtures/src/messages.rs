use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stator_bindings::binding;
use stator_contract::Contract;
use ts_rs::TS;

/// How something is set up.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    #[contract(min_length = 1, max_length = 32)]
    pub name: String,
    pub values: Vec<i32>,
    pub metadata: HashMap<String, String>,
    pub serial: u64,
    #[serde(default)]
    pub mode: Mode,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    #[default]
    Fast,
    VeryCareful,
}

/// A list of any depth.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct Nested {
    pub inner: Vec<Nested>,
}

#[binding]
pub fn echo_settings(settings: Settings) -> Settings {
    settings
}

/// Borrowed in Rust, given by value in JavaScript.
#[binding]
pub fn describe_settings(settings: &Settings, short: Option<bool>) -> String {
    if short == Some(true) {
        settings.name.clone()
    } else {
        format!("{settings:?}")
    }
}

#[binding]
pub fn echo_list(values: Vec<i32>) -> Vec<i32> {
    values
}

#[binding]
pub fn echo_map(entries: HashMap<String, i32>) -> HashMap<String, i32> {
    entries
}

#[binding]
pub fn echo_json(value: Value) -> Value {
    value
}

#[binding]
pub fn nest(nested: Nested) -> Nested {
    nested
}

/// Names that JavaScript or the stubs use themselves.
#[binding]
pub fn echo_reserved(
    default: i32,
    arguments: i32,
    value: Option<i32>,
    result: i32,
    argument: i32,
    raw: i32,
) -> Vec<i32> {
    vec![default, arguments, value.unwrap_or(0), result, argument, raw]
}
