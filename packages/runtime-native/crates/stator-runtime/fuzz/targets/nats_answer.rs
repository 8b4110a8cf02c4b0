//! Messages of answers over NATS: an end takes any, and what is lost on the way changes no byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::dynamo::nats::{fuzzing, subject};

fuzz_target!(|input: &[u8]| {
    let Some((&which, input)) = input.split_first() else {
        return;
    };
    match which % 3 {
        0 => {
            fuzzing::feed(input);
        }
        1 => fuzzing::carry(input),
        _ => {
            let Ok(recorded) = std::str::from_utf8(input) else {
                return;
            };
            for subject in subject::subjects(recorded).unwrap_or_default() {
                assert!(may_be_published_to(&subject), "{subject:?}");
            }
        }
    }
});

/// What may be published to: parts with something in them, and nothing that ends the line.
fn may_be_published_to(subject: &str) -> bool {
    subject.split('.').all(|part| !part.is_empty()) && !subject.contains(|c: char| c.is_whitespace())
}
