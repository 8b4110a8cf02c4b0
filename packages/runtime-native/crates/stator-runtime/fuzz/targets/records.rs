//! Records of discovery: instances, publishers, and their keys in etcd.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::{
    discovery::fuzzing,
    dynamo::wire::address::WorkerAddress,
    events::{EventChannel, EventSource},
};

fuzz_target!(|input: &[u8]| {
    if let Some((read, again)) = fuzzing::instance(input) {
        assert_eq!(read, again);
        let _ = read.transport.tcp.as_deref().map(WorkerAddress::parse);
    }
    if let Some(written) = fuzzing::key(input) {
        assert_eq!(written.as_bytes(), input);
    }
    // The key stands in the first line.
    let (key, value) = input.split_at(input.iter().position(|byte| *byte == b'\n').unwrap_or_default());
    let key = String::from_utf8_lossy(key);
    for key in [&key, ""] {
        if let Ok(channel) = EventChannel::read(key, value) {
            let written = channel.to_json().expect("what was read can be written");
            assert_eq!(EventChannel::read(key, &written), Ok(channel));
        }
        if let Ok(source) = EventSource::read(key, value) {
            let written = source.to_json().expect("what was read can be written");
            assert_eq!(EventSource::read(key, &written), Ok(source));
        }
    }
});
