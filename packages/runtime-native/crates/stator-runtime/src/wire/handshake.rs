//! The start of a connection: both sides send one preface, the client first.
//!
//! ```text
//! FF FF "STATOR" | u16 lowest version | u16 highest version | u32 length | hello (JSON, `length` bytes)
//! ```
//! `FF FF` cannot begin a frame of the original's wire in practice: there it would announce a path of 65,535 bytes.
//! So one port can serve both. The worker answers with the version it chose in both fields, or with an `error`.

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorCode, Result, config::Secret};

pub const MAGIC: [u8; 8] = *b"\xFF\xFFSTATOR";

/// Bytes before the hello.
pub const PREFACE: usize = 16;

/// The most that a hello may take.
pub const MAX_HELLO: usize = 16 * 1024;

/// The least credit that a hello may offer: with less, no message of any size would get through.
pub const MIN_WINDOW: u32 = 1024;

/// Lowest and highest frame version that this build speaks.
pub const VERSIONS: (u16, u16) = (1, 1);

/// What each side tells the other about itself. Unknown fields are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// Name and version of the implementation, for logs.
    pub agent: String,
    /// Credit in bytes that every stream starts with, towards the side that says so.
    pub window: u32,
    /// The largest message in bytes that this side takes.
    pub max_message: u32,
    /// How large, in bytes, the first message of a stream may be for its size to bring the credit that it takes, without a frame
    /// that says so: see [`GRANTED`](super::frame::GRANTED). 0: its credit is waited for.
    #[serde(default)]
    pub first_message: u32,
    /// The caller will only call what the worker's runtime answers itself: no application need be awake for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_runtime: bool,
    /// What the caller shows to be let in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// Why the connection is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// The fixed part of a preface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preface {
    pub versions: (u16, u16),
    pub hello_len: usize,
}

pub fn encode(versions: (u16, u16), hello: &Hello) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(hello)
        .map_err(|error| Error::new(ErrorCode::Internal, format!("cannot write the hello: {error}")))?;
    let mut out = Vec::with_capacity(PREFACE + json.len());
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&versions.0.to_be_bytes());
    out.extend_from_slice(&versions.1.to_be_bytes());
    out.extend_from_slice(&(json.len() as u32).to_be_bytes());
    out.extend_from_slice(&json);
    Ok(out)
}

pub fn parse_preface(bytes: &[u8; PREFACE]) -> Result<Preface> {
    let [m0, m1, m2, m3, m4, m5, m6, m7, a, b, c, d, l0, l1, l2, l3] = *bytes;
    if [m0, m1, m2, m3, m4, m5, m6, m7] != MAGIC {
        return Err(Error::new(
            ErrorCode::Protocol,
            "handshake: the peer does not speak Stator's wire; check host and port of the instance",
        ));
    }
    let hello_len = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
    if hello_len > MAX_HELLO {
        return Err(Error::new(
            ErrorCode::Protocol,
            format!("handshake: a hello of {hello_len} bytes, the limit is {MAX_HELLO}"),
        ));
    }
    Ok(Preface {
        versions: (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])),
        hello_len,
    })
}

pub fn parse_hello(bytes: &[u8]) -> Result<Hello> {
    let hello: Hello = serde_json::from_slice(bytes).map_err(|error| {
        Error::new(
            ErrorCode::Protocol,
            format!("handshake: the hello is not readable: {error}"),
        )
    })?;
    if hello.window < MIN_WINDOW && hello.error.is_none() {
        return Err(Error::new(
            ErrorCode::Protocol,
            format!(
                "handshake: a window of {} bytes, the least is {MIN_WINDOW}",
                hello.window
            ),
        ));
    }
    Ok(hello)
}

/// The highest version that both sides speak.
pub fn negotiate(ours: (u16, u16), theirs: (u16, u16)) -> Result<u16> {
    let version = ours.1.min(theirs.1);
    if version >= ours.0 && version >= theirs.0 {
        return Ok(version);
    }
    Err(Error::new(
        ErrorCode::VersionMismatch,
        format!(
            "handshake: this side speaks frame versions {} to {}, the peer {} to {}; upgrade the older one",
            ours.0, ours.1, theirs.0, theirs.1
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_common_version_wins() {
        assert_eq!(negotiate((1, 3), (2, 5)), Ok(3));
        assert_eq!(negotiate((1, 1), (1, 1)), Ok(1));
        assert_eq!(
            negotiate((1, 1), (2, 3)).map_err(|error| error.code),
            Err(ErrorCode::VersionMismatch)
        );
    }

    #[test]
    fn garbage_and_huge_hellos_are_refused() {
        assert_eq!(
            parse_preface(b"GET / HTTP/1.1\r\n").map_err(|error| error.code),
            Err(ErrorCode::Protocol)
        );
        let mut preface = [0; PREFACE];
        preface[..8].copy_from_slice(&MAGIC);
        preface[12..].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(
            parse_preface(&preface).map_err(|error| error.code),
            Err(ErrorCode::Protocol)
        );
    }
}
