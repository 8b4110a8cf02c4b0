use stator_bindings::binding;
use stator_contract::Bytes;

#[binding]
pub fn echo_bytes(bytes: Bytes) -> Vec<u8> {
    bytes.0
}

#[binding]
pub fn echo_optional_bytes(bytes: Option<Vec<u8>>) -> Option<Bytes> {
    bytes.map(Bytes)
}

/// Reads memory of JavaScript without a copy.
#[binding]
pub fn sum_of_bytes(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| u32::from(*byte)).sum()
}

/// Reads a copy, which JavaScript cannot change meanwhile.
#[binding(blocking)]
pub fn sum_of_bytes_later(bytes: &[u8]) -> u32 {
    sum_of_bytes(bytes)
}
