//! Items of an answer on the original's wire. What is read can be written, and is read as the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::dynamo::{value::Codec, wire::item};

fuzz_target!(|input: &[u8]| {
    let (mut scratch, mut second) = (Vec::new(), Vec::new());
    for codec in [Codec::Json, Codec::Msgpack] {
        // Whether it can be read does not matter here, that it ends does.
        let _ = item::read(codec, input, true, &mut scratch);
        let Ok(read) = item::read(codec, input, false, &mut scratch) else {
            continue;
        };
        let Some((lane, value)) = read.value else { continue };
        let mut written = Vec::new();
        // JSON is read by whoever takes it.
        if item::put(&mut written, codec, lane, value).is_ok() {
            let again = item::read(codec, &written, false, &mut second).expect("what was written");
            assert_eq!(again.value, Some((lane, value)));
            assert!(!again.last);
        }
    }
});
