//! Where bytes are, to count how often they are copied.

use std::sync::atomic::{AtomicU64, Ordering};

use stator_bindings::binding;

static RESULT: AtomicU64 = AtomicU64::new(0);

fn address(bytes: &[u8]) -> u64 {
    bytes.as_ptr().addr() as u64
}

/// Bytes that JavaScript lends for the time of the call.
#[binding]
pub fn address_of(bytes: &[u8]) -> u64 {
    address(bytes)
}

/// Bytes that Rust keeps.
#[binding]
pub fn address_of_copy(bytes: Vec<u8>) -> u64 {
    address(&bytes)
}

/// Bytes that another thread reads.
#[binding(blocking)]
pub fn address_while_blocking(bytes: &[u8]) -> u64 {
    address(bytes)
}

/// So many bytes, each 1.
#[binding]
pub fn give_bytes(length: u32) -> Vec<u8> {
    let bytes = vec![1; length as usize];
    RESULT.store(address(&bytes), Ordering::Relaxed);
    bytes
}

/// Where the bytes were that `give_bytes` returned last.
#[binding]
pub fn address_of_result() -> u64 {
    RESULT.load(Ordering::Relaxed)
}

#[binding]
pub fn sum_bytes(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| u32::from(*byte)).sum()
}
