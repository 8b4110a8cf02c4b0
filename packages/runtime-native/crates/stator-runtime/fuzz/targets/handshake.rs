//! The preface of our wire: what is read and written again is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stator_runtime::wire::handshake::{PREFACE, VERSIONS, encode, negotiate, parse_hello, parse_preface};

fuzz_target!(|input: &[u8]| {
    // Hellos are rarely reached through a right preface.
    let _ = parse_hello(input);
    let Some((preface, rest)) = input.split_first_chunk::<PREFACE>() else {
        return;
    };
    let Ok(preface) = parse_preface(preface) else { return };
    let _ = negotiate(VERSIONS, preface.versions);
    let Some(hello) = rest.get(..preface.hello_len) else {
        return;
    };
    let Ok(hello) = parse_hello(hello) else { return };
    let written = encode(preface.versions, &hello).expect("what was read can be written");
    let (head, body) = written.split_first_chunk::<PREFACE>().expect("a preface");
    // What is written may be longer than what was read: escapes.
    if let Ok(again) = parse_preface(head) {
        assert_eq!(again.versions, preface.versions);
        assert_eq!(again.hello_len, body.len());
    }
    assert_eq!(parse_hello(body).expect("a hello"), hello);
});
