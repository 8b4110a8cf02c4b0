//! Memory that JavaScript and Rust both hold.

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

#[napi]
pub fn sum_bytes(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| u32::from(*byte)).sum()
}

/// Bytes of JavaScript that Rust goes on holding after the call.
#[napi]
pub struct Holder {
    bytes: Uint8Array,
}

#[napi]
impl Holder {
    #[napi(constructor)]
    pub fn new(bytes: Uint8Array) -> Self {
        Self { bytes }
    }

    #[napi]
    pub fn sum(&self) -> u32 {
        sum_bytes(&self.bytes)
    }

    /// Writes into the memory of JavaScript.
    #[napi]
    pub fn fill(&mut self, value: u8) {
        // SAFETY: this runs on JavaScript's thread, and nothing else of this example reads the bytes meanwhile. Nobody
        // could prove it: that is what the example shows.
        unsafe { self.bytes.as_mut() }.fill(value);
    }
}
