//! Writes bytes as base64 text (RFC 4648, section 4, with padding): `#[serde(with = "stator_contract::base64")]`.
//!
//! For fields that keep a type of their own, such as `Vec<u8>` or `bytes::Bytes`. The field also says so to the
//! generators: `#[contract(as = "stator_contract::Bytes")]` and `#[ts(as = "stator_contract::Bytes")]`.

use std::borrow::Cow;

use ::base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// # Errors
/// When the serializer fails.
pub fn serialize<T: AsRef<[u8]>, S: Serializer>(bytes: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

/// # Errors
/// When the value is not text, or the text is not base64 in its one form: padded, without spaces, no spare bits set.
pub fn deserialize<'de, T: From<Vec<u8>>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    STANDARD
        .decode(text.as_bytes())
        .map(T::from)
        .map_err(|error| D::Error::custom(format_args!("expected bytes as base64 text: {error}")))
}
