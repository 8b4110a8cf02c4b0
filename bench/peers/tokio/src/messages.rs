//! What travels, as in `bench/messages.ts`: JSON with its length in front, four bytes.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Echo<'a> {
    pub seq: u32,
    #[serde(borrow)]
    pub text: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
pub struct StreamRequest {
    pub items: u32,
}

#[derive(Serialize, Deserialize)]
pub struct TokenItem<'a> {
    pub index: u32,
    pub token_id: u32,
    #[serde(borrow)]
    pub text: Cow<'a, str>,
    #[serde(borrow)]
    pub finish_reason: Option<Cow<'a, str>>,
}

/// What the client sends: one of the two is there.
#[derive(Serialize, Deserialize)]
pub struct ClientMessage<'a> {
    pub id: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Echo<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamRequest>,
}

/// What the server sends: one of the three is there.
#[derive(Serialize, Deserialize)]
pub struct ServerMessage<'a> {
    pub id: u32,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Echo<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub item: Option<TokenItem<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<bool>,
}

/// Calls `take` with each message that is complete; gives how many bytes they took.
pub fn frames(bytes: &[u8], mut take: impl FnMut(&[u8]) -> crate::Result<()>) -> crate::Result<usize> {
    let mut offset = 0;
    while let Some((head, rest)) = bytes[offset..].split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*head) as usize;
        let Some(message) = rest.get(..length) else { break };
        take(message)?;
        offset += 4 + length;
    }
    Ok(offset)
}
