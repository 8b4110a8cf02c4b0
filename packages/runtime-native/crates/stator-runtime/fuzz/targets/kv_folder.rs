//! What the folder of a store of keys and values holds: snapshots, and changes on top of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::kv::local::fuzzing::{change, replay};

/// Stands between the files.
const BETWEEN: u8 = 0xFF;

fuzz_target!(|input: &[u8]| {
    let mut files = input.split(|byte| *byte == BETWEEN);
    let snapshot = files.next().unwrap_or_default();
    let (written, again) = replay(snapshot, files).expect("what was read can be written, and read again");
    assert_eq!(written, again);
    let (written, again) = change(input).expect("what was read can be written");
    assert_eq!(written, again);
});
