//! The envelope of an item: a map of `data` and, seldom, `id`, `event`, `comment` and `error`. An item whose event is
//! `error` is one.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    Error, ErrorCode,
    dynamo::value::{Codec, Malformed, Style, Token, skip, to_json, token},
};

use super::error::DynamoError;

/// An envelope in its form on the wire.
#[derive(Default)]
pub(super) struct Envelope<'a> {
    pub(super) data: Option<&'a [u8]>,
    pub(super) is_error: bool,
    error: Option<&'a [u8]>,
    comment: Option<&'a [u8]>,
}

impl<'a> Envelope<'a> {
    /// Reads its fields; `None` for what is no envelope.
    pub(super) fn read(codec: Codec, data: &'a [u8]) -> Result<Option<Self>, Malformed> {
        match codec {
            Codec::Json => Ok(json(data)),
            Codec::Msgpack => msgpack(data),
        }
    }

    /// The error of an item that is one.
    pub(super) fn error(&self, codec: Codec) -> Error {
        let typed = self.error.and_then(|error| read_as::<DynamoError>(codec, error));
        if let Some(error) = typed {
            return error.into_error();
        }
        // Peers older than 1.0 say it in the comment.
        let comment = self.comment.and_then(|comment| read_as::<Vec<String>>(codec, comment));
        let text = comment.unwrap_or_default();
        let text = if text.is_empty() {
            "the worker sent an error without a text".to_owned()
        } else {
            text.join(", ")
        };
        Error::new(ErrorCode::Internal, text)
    }

    /// `None`: an envelope has no such field.
    fn set(&mut self, key: &str, value: &'a [u8], codec: Codec) -> Option<()> {
        match key {
            "data" => self.data = Some(value),
            "error" => self.error = Some(value),
            "comment" => self.comment = Some(value),
            "event" => self.is_error = read_as(codec, value).is_some_and(|event: String| event == "error"),
            "id" => {}
            _ => return None,
        }
        Some(())
    }
}

/// From text, so that what is kept as text is exact.
fn read_as<T: DeserializeOwned>(codec: Codec, value: &[u8]) -> Option<T> {
    match codec {
        Codec::Json => serde_json::from_slice(value).ok(),
        Codec::Msgpack => {
            let mut json = Vec::new();
            to_json(&mut &*value, &mut json, Style::AsUpstream).ok()?;
            serde_json::from_slice(&json).ok()
        }
    }
}

fn json(data: &[u8]) -> Option<Envelope<'_>> {
    if data.first() != Some(&b'{') {
        return None;
    }
    let fields: Fields<'_> = serde_json::from_slice(data).ok()?;
    let mut envelope = Envelope::default();
    for (key, value) in fields.0 {
        envelope.set(&key, value.get().as_bytes(), Codec::Json)?;
    }
    Some(envelope)
}

/// The fields of a JSON object as they stand there.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Fields<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

fn msgpack(data: &[u8]) -> Result<Option<Envelope<'_>>, Malformed> {
    let mut rest = data;
    let Token::Map(count) = token(&mut rest)? else {
        return Ok(None);
    };
    let mut envelope = Envelope::default();
    for _ in 0..count {
        let key = token(&mut rest)?;
        let Token::Text(key) = key else { return Ok(None) };
        let value = skip(&mut rest)?;
        if envelope.set(key, value, Codec::Msgpack).is_none() {
            return Ok(None);
        }
    }
    Ok(Some(envelope))
}
