//! The payloads of frames that open a call and that fail it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::{
    Error,
    wire::{error, frame::MAX_CHUNK, open},
};

fuzz_target!(|input: &[u8]| {
    if let Some(read) = open::decode(input) {
        let call = open::Open {
            path: read.path,
            id: read.id,
            request_stream: read.request_stream,
            timeout_ms: read.timeout_ms,
            metadata: &read.metadata,
            contract: read.contract,
            instance: read.instance,
        };
        let mut written = Vec::new();
        if open::encode(&mut written, &call).is_ok() {
            assert_eq!(open::decode(&written), Some(read));
        }
    }
    if let Ok(read) = serde_json::from_slice::<Error>(input) {
        let written = error::encode(&read);
        assert!(written.len() <= MAX_CHUNK);
        let again: Error = serde_json::from_slice(&written).expect("an error");
        assert!(again.code == read.code || written.len() < input.len());
    }
});
