//! What a ZeroMQ peer says: greeting, frames, and the frames of an event.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::events::fuzzing::zmq::{envelopes, greets, written};

fuzz_target!(|input: &[u8]| {
    greets(input, true);
    greets(input, false);
    for envelope in envelopes(input, "t") {
        assert_eq!(envelopes(&written("t", 1, 2, &envelope), "t"), [envelope]);
    }
});
