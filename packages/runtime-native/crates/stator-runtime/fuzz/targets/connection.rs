//! Frames of our wire, on both sides of a connection: whatever pieces they come in, the same is heard.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::connection::fuzzing::feed;

fuzz_target!(|input: &[u8]| {
    let Some((&[first, size], frames)) = input.split_first_chunk() else {
        return;
    };
    let answers = first & 1 == 0;
    let whole = feed(answers, std::iter::once(frames));
    let pieces = feed(answers, frames.chunks(usize::from(size) + 1));
    assert_eq!(whole, pieces);
});
