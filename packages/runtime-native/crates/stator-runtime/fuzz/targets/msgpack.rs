//! Values in msgpack: what becomes JSON becomes the same value again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::{
    dynamo::value::{Codec, Malformed, Style, check, from_json, read, to_json},
    payload::Lane,
};

fuzz_target!(|input: &[u8]| {
    let good = check(input);
    let mut scratch = Vec::new();
    let lane = read(Codec::Msgpack, input, &mut scratch).map(|(lane, _)| lane);
    assert_eq!(lane.is_ok(), good.is_ok());
    let mut rest = input;
    let mut json = Vec::new();
    match to_json(&mut rest, &mut json, Style::Exact) {
        Ok(()) if rest.is_empty() => {
            assert_eq!(lane, Ok(Lane::Text));
            let text = std::str::from_utf8(&json).expect("JSON is UTF-8");
            serde_json::from_str::<&serde_json::value::RawValue>(text).expect("it is JSON");
            let mut packed = Vec::new();
            from_json(text, &mut packed).expect("what was written");
            let mut again = Vec::new();
            to_json(&mut &packed[..], &mut again, Style::Exact).expect("what was written");
            assert_eq!(json, again);
        }
        Ok(()) => assert_eq!(good, Err(Malformed::Trailing)),
        Err(Malformed::NotJson) => {}
        Err(_) => assert!(good.is_err()),
    }
    let mut upstream = Vec::new();
    let mut rest = input;
    if to_json(&mut rest, &mut upstream, Style::AsUpstream).is_ok() {
        serde_json::from_slice::<&serde_json::value::RawValue>(&upstream).expect("it is JSON");
    }
});
