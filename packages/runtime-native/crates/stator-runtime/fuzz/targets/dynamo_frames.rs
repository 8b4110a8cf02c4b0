//! What frames the original's wire: requests, two-part messages, acks. A cut is never another message.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::dynamo::wire::{
    Unreadable,
    ack::{self, refusal},
    request_frame, two_part,
};

/// Small, so that it is met.
const MAX: usize = 2048;

fuzz_target!(|input: &[u8]| {
    let Some((&cut, input)) = input.split_first() else {
        return;
    };
    let cut = &input[..input.len().min(cut.into())];
    if let Ok(Some((frame, length))) = request_frame::split(input, MAX) {
        assert!(length <= input.len() && length <= MAX);
        let mut written = Vec::new();
        if let Ok(path) = std::str::from_utf8(frame.path) {
            let put = |out: &mut Vec<u8>| {
                out.extend_from_slice(frame.payload);
                Ok::<_, Unreadable>(())
            };
            request_frame::put_with(&mut written, path, frame.headers, MAX, put).expect("it fitted before");
            assert_eq!(written, input[..length]);
        }
    }
    if let Ok(Some((_, length))) = request_frame::split(cut, MAX) {
        assert_eq!(
            request_frame::split(input, MAX)
                .ok()
                .flatten()
                .map(|(_, length)| length),
            Some(length)
        );
    }
    if let Ok(Some((parts, length))) = two_part::split(input, MAX) {
        assert_eq!(length, two_part::PREFIX + parts.header.len() + parts.body.len());
        assert_eq!(two_part::total(input, MAX), Ok(Some(length)));
    }
    if let Ok(Some((_, length))) = two_part::split(cut, MAX) {
        assert_eq!(two_part::total(input, MAX), Ok(Some(length)));
    }
    if let Ok(Some((text, length))) = ack::split(input) {
        assert_eq!(length, 4 + text.len());
        let _ = refusal(text, "a worker");
    }
    let _ = refusal(input, "a worker");
});
