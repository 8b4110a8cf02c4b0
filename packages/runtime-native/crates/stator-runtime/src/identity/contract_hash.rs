use std::fmt;

use crate::{Error, ErrorCode, Result};

/// What tells the contract of one endpoint from all others: the first 128 bits of the SHA-256 that `stator-codegen`
/// gives it. Enough that no two contracts share one by accident, and half the size in every call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContractHash([u8; ContractHash::BYTES]);

impl ContractHash {
    /// Bytes on the wire.
    pub const BYTES: usize = 16;

    /// Hex digits of a whole SHA-256.
    const MOST_DIGITS: usize = 64;

    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// Reads 32 to 64 hex digits in lower case, of which the first 32 count. Fails with [`ErrorCode::InvalidArgument`].
    pub fn parse(text: &str) -> Result<Self> {
        Self::read(text.as_bytes()).ok_or_else(|| {
            let shown: String = text.chars().take(Self::MOST_DIGITS).collect();
            Error::new(
                ErrorCode::InvalidArgument,
                format!(
                    "{shown:?} is no contract hash: pass the one that stator-codegen wrote, 32 to 64 hex digits in lower case"
                ),
            )
        })
    }

    fn read(text: &[u8]) -> Option<Self> {
        let digit = |byte: &u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        if text.len() > Self::MOST_DIGITS || text.iter().any(|byte| digit(byte).is_none()) {
            return None;
        }
        let mut bytes = [0; Self::BYTES];
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = digit(text.get(place * 2)?)? << 4 | digit(text.get(place * 2 + 1)?)?;
        }
        Some(Self(bytes))
    }

    /// The first digits, for messages.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(8);
        text
    }
}

/// 32 hex digits in lower case.
impl fmt::Display for ContractHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for ContractHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ContractHash({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_half_of_a_hash_counts() -> Result<()> {
        let whole = "87f86c6c5f35c2c775cc187eab98e8fd7c27fb4abf64030523681db7ad593544";
        let hash = ContractHash::parse(whole)?;
        assert_eq!(hash, ContractHash::parse(&whole[..32])?);
        assert_eq!(hash, ContractHash::parse(&whole[..33])?);
        assert_eq!(hash.to_string(), whole[..32]);
        assert_eq!(hash.short(), "87f86c6c");
        assert_eq!(ContractHash::from_bytes(*hash.as_bytes()), hash);
        Ok(())
    }

    #[test]
    fn anything_else_is_none() {
        let whole = "87f86c6c5f35c2c775cc187eab98e8fd7c27fb4abf64030523681db7ad593544";
        let upper = whole.to_uppercase();
        let long = format!("{whole}0");
        let odd = format!("{}g", &whole[..40]);
        let wide = "é".repeat(16);
        for text in [
            "",
            &whole[..31],
            &upper,
            &long,
            &odd,
            &wide,
            "0x87f86c6c5f35c2c775cc187eab98e8fd",
        ] {
            let code = ContractHash::parse(text).map_err(|error| error.code);
            assert_eq!(code, Err(ErrorCode::InvalidArgument), "{text}");
        }
    }
}
