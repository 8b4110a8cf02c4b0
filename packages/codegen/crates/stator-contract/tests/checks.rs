//! What a contract asks of a value that serde has read already. The comparison with generated TypeScript is in the tests
//! of the generator; here is what random values of the fixtures do not reach.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use stator_contract::{Bytes, Contract, check};
use ts_rs::TS;

fn misfit<T: Contract>(value: &T) -> String {
    check(value).err().map_or_else(String::new, |misfit| misfit.to_string())
}

/// Of another crate, as far as the contract knows: written as text.
struct Foreign(u32);

impl Serialize for Foreign {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&"x".repeat(self.0 as usize))
    }
}

impl<'de> Deserialize<'de> for Foreign {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(u32::try_from(text.len()).unwrap_or(u32::MAX)))
    }
}

mod as_list {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(count: &u8, serializer: S) -> Result<S::Ok, S::Error> {
        vec![0u8; usize::from(*count)].serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
        Vec::<u8>::deserialize(deserializer).map(|list| u8::try_from(list.len()).unwrap_or(u8::MAX))
    }
}

#[derive(Serialize, Deserialize, TS, Contract)]
struct Written {
    #[contract(as = "String", max_length = 3)]
    #[ts(as = "String")]
    foreign: Foreign,
    #[serde(with = "as_list")]
    #[contract(as = "Vec<u8>", min_length = 1)]
    #[ts(as = "Vec<u8>")]
    list: u8,
    #[serde(with = "stator_contract::base64")]
    #[contract(as = "stator_contract::Bytes", max_length = 2)]
    #[ts(as = "stator_contract::Bytes")]
    raw: Vec<u8>,
    #[contract(min_length = 1)]
    bytes: Bytes,
    #[serde(with = "stator_contract::decimal")]
    #[contract(integer = "string", max = 10)]
    #[ts(type = "string")]
    text: u64,
    #[serde(skip)]
    #[ts(skip)]
    _skipped: Option<std::time::Instant>,
}

fn written() -> Written {
    Written {
        foreign: Foreign(1),
        list: 1,
        raw: vec![1],
        bytes: Bytes(vec![1]),
        text: 1,
        _skipped: None,
    }
}

#[test]
fn limits_of_what_is_written_as_another_type() {
    assert_eq!(misfit(&written()), "");
    let with = |change: fn(&mut Written)| {
        let mut value = written();
        change(&mut value);
        misfit(&value)
    };
    assert_eq!(
        with(|value| value.foreign.0 = 4),
        "foreign: expected at most 3 bytes of UTF-8, got 4"
    );
    assert_eq!(with(|value| value.list = 0), "list: expected at least 1 items, got 0");
    assert_eq!(
        with(|value| value.raw = vec![0; 3]),
        "raw: expected at most 2 bytes, got 3"
    );
    assert_eq!(
        with(|value| value.bytes.0.clear()),
        "bytes: expected at least 1 bytes, got 0"
    );
    assert_eq!(with(|value| value.text = 11), "text: expected at most 10, got 11n");
}

#[derive(Serialize, Deserialize, TS, Contract)]
struct Deep {
    share: f64,
    #[contract(integer = "number")]
    counts: BTreeMap<String, Vec<Option<u64>>>,
    #[contract(min_length = 2, max_length = 2)]
    name: Option<String>,
}

#[derive(Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
enum External {
    Plain,
    Held(Box<Deep>),
    TwoParts(u8, Deep),
    Named {
        its_depth: Deep,
        #[serde(flatten)]
        more: Flat,
    },
}

#[derive(Serialize, Deserialize, TS, Contract)]
struct Flat {
    #[contract(max = 1)]
    small: i8,
}

fn deep() -> Deep {
    Deep {
        share: 1.0,
        counts: BTreeMap::from([("a b".to_owned(), vec![None, Some(9_007_199_254_740_992)])]),
        name: None,
    }
}

#[test]
fn paths_lead_to_the_part_that_does_not_fit() {
    let too_large = "expected an integer from 0 to 2^53 - 1, got 9007199254740992n";
    assert_eq!(misfit(&deep()), format!("counts[\"a b\"][1]: {too_large}"));
    assert_eq!(misfit(&External::Plain), "");
    assert_eq!(
        misfit(&External::Held(Box::new(deep()))),
        format!("held.counts[\"a b\"][1]: {too_large}")
    );
    assert_eq!(
        misfit(&External::TwoParts(1, deep())),
        format!("two_parts[1].counts[\"a b\"][1]: {too_large}")
    );
    let fine = Deep {
        counts: BTreeMap::new(),
        ..deep()
    };
    let named = External::Named {
        its_depth: fine,
        more: Flat { small: 2 },
    };
    assert_eq!(misfit(&named), "named.small: expected at most 1, got 2");
    let named = External::Named {
        its_depth: deep(),
        more: Flat { small: 1 },
    };
    assert_eq!(
        misfit(&named),
        format!("named.itsDepth.counts[\"a b\"][1]: {too_large}")
    );
}

#[test]
fn what_json_cannot_write_is_refused() {
    let with = |share| {
        misfit(&Deep {
            share,
            counts: BTreeMap::new(),
            name: Some("ab".to_owned()),
        })
    };
    assert_eq!(with(0.5), "");
    assert_eq!(with(f64::NAN), "share: expected a finite number, got NaN");
    assert_eq!(with(f64::NEG_INFINITY), "share: expected a finite number, got -inf");
}

#[test]
fn a_limit_of_an_option_is_for_what_it_holds() {
    let with = |name: Option<&str>| {
        misfit(&Deep {
            share: 0.0,
            counts: BTreeMap::new(),
            name: name.map(str::to_owned),
        })
    };
    assert_eq!(with(None), "");
    assert_eq!(with(Some("abc")), "name: expected 2 bytes of UTF-8, got 3");
}

#[derive(Serialize, Deserialize, TS, Contract)]
struct Floats {
    #[contract(min = 0.1, max = 0.7)]
    narrow: f32,
    #[contract(min = 0.0000005, max = 1e21)]
    wide: f64,
}

#[test]
fn limits_of_floats_are_rounded_as_values_are_and_shown_as_in_javascript() {
    let of = |narrow, wide| misfit(&Floats { narrow, wide });
    assert_eq!(of(0.7, 1e21), "");
    assert_eq!(of(0.1, 5e-7), "");
    assert_eq!(of(0.71, 1.0), "narrow: expected 0.1 to 0.7, got 0.71");
    assert_eq!(of(1e-7, 1.0), "narrow: expected 0.1 to 0.7, got 1e-7");
    assert_eq!(of(-0.0, 1.0), "narrow: expected 0.1 to 0.7, got 0");
    assert_eq!(
        of(f32::NAN, 1.0),
        "narrow: expected a finite number of 32 bits, got NaN"
    );
    assert_eq!(of(0.1, 1.5e22), "wide: expected 5e-7 to 1e+21, got 1.5e+22");
    assert_eq!(
        of(0.1, -123_456_789.5),
        "wide: expected 5e-7 to 1e+21, got -123456789.5"
    );
}
