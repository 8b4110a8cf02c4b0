//! What may be missing.

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{Inner, Mode, Pair};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct OptionalNested {
    pub pair: Option<Pair>,
    pub inner: Option<Inner>,
    pub mode: Option<Mode>,
    pub list: Vec<Option<Vec<Option<u64>>>>,
    pub tuple: Option<(u8, Option<u8>)>,
    pub map: Option<std::collections::BTreeMap<String, Option<Inner>>>,
    pub boxed: Option<Box<OptionalNested>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OptionalStrict {
    pub first_value: Option<u64>,
    #[serde(default)]
    pub second_value: Option<f32>,
}

/// Keys that the writer leaves out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct LeftOut {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nested: Option<Inner>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(default)]
pub struct DefaultedNested {
    pub inner: InnerDefaults,
    pub list: Vec<InnerDefaults>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(default)]
pub struct InnerDefaults {
    pub a: u8,
    pub b: Option<String>,
    pub c: [i32; 2],
    pub d: (u64, f64),
}

impl Default for DefaultedNested {
    fn default() -> Self {
        Self {
            inner: InnerDefaults {
                a: 7,
                ..InnerDefaults::default()
            },
            list: vec![InnerDefaults::default()],
        }
    }
}

impl Default for InnerDefaults {
    fn default() -> Self {
        Self {
            a: 1,
            b: Some("b".to_owned()),
            c: [i32::MIN, i32::MAX],
            d: (u64::MAX, 0.5),
        }
    }
}
