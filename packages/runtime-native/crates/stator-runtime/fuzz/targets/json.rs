//! Values in JSON: whatever serde takes and msgpack can hold becomes msgpack, and the same value again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::dynamo::value::{Malformed, Style, check, from_json, to_json};

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut packed = Vec::new();
    let known = serde_json::from_str::<&serde_json::value::RawValue>(text);
    match from_json(text, &mut packed) {
        Ok(()) => {
            known.expect("serde takes it too");
            check(&packed).expect("one value");
            let mut json = Vec::new();
            to_json(&mut &packed[..], &mut json, Style::Exact).expect("what was written");
            let mut again = Vec::new();
            from_json(std::str::from_utf8(&json).expect("JSON is UTF-8"), &mut again).expect("what was written");
            assert_eq!(packed, again);
        }
        // What JSON allows, and msgpack or we do not.
        Err(Malformed::Deep | Malformed::Integer | Malformed::Float | Malformed::Surrogate) => {}
        Err(_) => assert!(known.is_err(), "serde takes {text:?}"),
    }
});
