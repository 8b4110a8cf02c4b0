//! What a worker reads before it acknowledges a request, and what both sides read of a call home.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::dynamo::{
    wire::{
        address::{WorkerAddress, endpoint_path, parse_path},
        control::{Control, Handshake, Prologue, read},
        error::DynamoError,
        two_part,
    },
    worker::fuzzing::is_understood,
};

fuzz_target!(|input: &[u8]| {
    // A line each: path, headers, control message; the rest is the body.
    let mut parts = input.splitn(4, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (path, headers, control, body) = (part(), part(), part(), part());
    let mut payload = Vec::new();
    two_part::put(&mut payload, control, body);
    is_understood(path, headers, &payload);
    is_understood(path, headers, body);
    let _ = read::<Control>("a control message", input);
    let _ = read::<Handshake>("a handshake", input);
    if let Ok(Prologue {
        typed_error: Some(error),
        ..
    }) = read("a prologue", input)
    {
        let _ = error.into_error();
    }
    if let Ok(error) = read::<DynamoError>("an error", input) {
        let error = error.into_error();
        let again = DynamoError::new(&error).into_error();
        assert_eq!(again.code, error.code);
    }
    if let Ok(text) = std::str::from_utf8(path) {
        let _ = WorkerAddress::parse(text);
        if let Some((instance, names)) = parse_path(text)
            && let [namespace, component, endpoint] = names.split('.').collect::<Vec<_>>()[..]
        {
            let written = endpoint_path(instance, [namespace, component, endpoint]);
            assert_eq!(parse_path(&written), Some((instance, names.clone())));
        }
    }
});
