//! The envelope of an event, as it comes over NATS, ZeroMQ and in memory.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use stator_runtime::events::fuzzing::read_envelope;

fuzz_target!(|input: &[u8]| {
    let bytes = Bytes::copy_from_slice(input);
    for topic in ["t", ""] {
        if let Some((read, again)) = read_envelope(&bytes, topic) {
            assert_eq!(read, again);
        }
    }
});
