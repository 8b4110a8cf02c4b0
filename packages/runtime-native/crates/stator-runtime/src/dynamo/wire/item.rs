//! Items of an answer: `{"data": envelope, "complete_final": false}`, and `{"complete_final": true}` at the end.
//!
//! A value that is no envelope is taken for the data itself: endpoints in Rust need not have one.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    Error, Result,
    dynamo::value::{self, Codec, Malformed, Style, Token, skip, to_json, token},
    payload::Lane,
};

use super::{Unreadable, envelope::Envelope, error::DynamoError};

const MSGPACK_HEAD: &[u8] = b"\x82\xa4data\x81\xa4data";
const MSGPACK_TAIL: &[u8] = b"\xaecomplete_final\xc2";
const MSGPACK_FINAL: &[u8] = b"\x81\xaecomplete_final\xc3";
const JSON_HEAD: &[u8] = br#"{"data":{"data":"#;
const JSON_TAIL: &[u8] = br#"},"complete_final":false}"#;
const JSON_FINAL: &[u8] = br#"{"complete_final":true}"#;

/// One frame of an answer.
#[derive(Debug, PartialEq)]
pub struct Item<'a> {
    /// The data; or the envelope, for callers who want that. `None`: the item has no data.
    pub value: Option<(Lane, &'a [u8])>,
    pub error: Option<Error>,
    /// Nothing follows.
    pub last: bool,
}

/// Appends an item with that value. After an error, nothing was appended.
pub fn put(out: &mut Vec<u8>, codec: Codec, lane: Lane, data: &[u8]) -> Result<()> {
    let start = out.len();
    let (head, tail) = match codec {
        Codec::Json => (JSON_HEAD, JSON_TAIL),
        Codec::Msgpack => (MSGPACK_HEAD, MSGPACK_TAIL),
    };
    out.extend_from_slice(head);
    if let Err(error) = codec.put(out, lane, data) {
        out.truncate(start);
        return Err(error);
    }
    out.extend_from_slice(tail);
    Ok(())
}

/// Appends an item that is an error.
pub fn put_error(out: &mut Vec<u8>, codec: Codec, error: &DynamoError) {
    // What is public may hold numbers that msgpack does not; code and text always arrive.
    if codec.put(out, Lane::Text, &error_item(error)).is_err() {
        let plain = DynamoError {
            public: None,
            ..error.clone()
        };
        // Nothing but text is left.
        let _ = codec.put(out, Lane::Text, &error_item(&plain));
    }
}

fn error_item(error: &DynamoError) -> Vec<u8> {
    #[derive(Serialize)]
    struct ErrorItem<'a> {
        data: ErrorEnvelope<'a>,
        complete_final: bool,
    }
    #[derive(Serialize)]
    struct ErrorEnvelope<'a> {
        event: &'a str,
        error: &'a DynamoError,
    }
    let data = ErrorEnvelope { event: "error", error };
    // Text always can be written.
    serde_json::to_vec(&ErrorItem {
        data,
        complete_final: false,
    })
    .unwrap_or_default()
}

/// Appends the item after which nothing follows.
pub fn put_final(out: &mut Vec<u8>, codec: Codec) {
    out.extend_from_slice(match codec {
        Codec::Json => JSON_FINAL,
        Codec::Msgpack => MSGPACK_FINAL,
    });
}

/// Reads an item. With `whole` its value is the envelope, else the data in it. `scratch` is cleared and used.
pub fn read<'a>(
    codec: Codec,
    body: &'a [u8],
    whole: bool,
    scratch: &'a mut Vec<u8>,
) -> std::result::Result<Item<'a>, Unreadable> {
    let unreadable = |why: Malformed| Unreadable::wrong(format_args!("an item that is not readable: {why}"));
    if codec == Codec::Msgpack && !whole && read_plain(body, scratch) {
        return Ok(Item {
            value: Some((Lane::Text, scratch)),
            error: None,
            last: false,
        });
    }
    let (data, last) = match codec {
        Codec::Json => json_wrapper(body)?,
        Codec::Msgpack => msgpack_wrapper(body).map_err(unreadable)?,
    };
    let Some(data) = data else {
        if last {
            return Ok(Item {
                value: None,
                error: None,
                last,
            });
        }
        return Err(Unreadable::wrong("an item with neither data nor an end"));
    };
    let Some(envelope) = Envelope::read(codec, data).map_err(unreadable)? else {
        if whole {
            return Err(Unreadable::wrong("an item without an envelope, which was asked for"));
        }
        let value = value::read(codec, data, scratch).map_err(unreadable)?;
        return Ok(Item {
            value: Some(value),
            error: None,
            last,
        });
    };
    let error = envelope.is_error.then(|| envelope.error(codec));
    let shown = if whole { Some(data) } else { envelope.data };
    let value = match shown {
        Some(shown) if error.is_none() => Some(value::read(codec, shown, scratch).map_err(unreadable)?),
        _ => None,
    };
    Ok(Item { value, error, last })
}

/// What nearly every item is, in one pass: data that JSON can hold, in an envelope with nothing else.
fn read_plain(body: &[u8], scratch: &mut Vec<u8>) -> bool {
    let Some(mut rest) = body.strip_prefix(MSGPACK_HEAD) else {
        return false;
    };
    scratch.clear();
    to_json(&mut rest, scratch, Style::Exact).is_ok() && rest == MSGPACK_TAIL
}

type Wrapper<'a> = (Option<&'a [u8]>, bool);

fn json_wrapper(body: &[u8]) -> std::result::Result<Wrapper<'_>, Unreadable> {
    #[derive(Deserialize)]
    struct Fields<'a> {
        #[serde(borrow, default)]
        data: Option<&'a RawValue>,
        #[serde(default)]
        complete_final: bool,
    }
    // A list would do for the derived reader.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Unreadable::wrong("an item that is no object"));
    }
    let fields: Fields<'_> = serde_json::from_slice(body)
        .map_err(|error| Unreadable::wrong(format_args!("an item that is not readable: {error}")))?;
    Ok((fields.data.map(|data| data.get().as_bytes()), fields.complete_final))
}

fn msgpack_wrapper(body: &[u8]) -> std::result::Result<Wrapper<'_>, Malformed> {
    let (mut data, mut last) = (None, false);
    let mut rest = body;
    let Token::Map(count) = token(&mut rest)? else {
        return Err(Malformed::Marker);
    };
    for _ in 0..count {
        let key = token(&mut rest)?;
        let value = skip(&mut rest)?;
        match key {
            Token::Text("data") => data = (token(&mut &*value)? != Token::Nil).then_some(value),
            Token::Text("complete_final") => last = token(&mut &*value)? == Token::Bool(true),
            _ => {}
        }
    }
    if rest.is_empty() {
        Ok((data, last))
    } else {
        Err(Malformed::Trailing)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{ErrorCode, error::Details};

    use super::*;

    /// `{"data": ..., "complete_final": ...}` in both forms.
    fn both(json: &str) -> [(Codec, Vec<u8>); 2] {
        let mut msgpack = Vec::new();
        if let Err(error) = Codec::Msgpack.put(&mut msgpack, Lane::Text, json.as_bytes()) {
            panic!("{error}");
        }
        [(Codec::Json, json.as_bytes().to_vec()), (Codec::Msgpack, msgpack)]
    }

    fn shown(item: &Item<'_>) -> Option<String> {
        item.value.map(|(_, data)| String::from_utf8_lossy(data).into_owned())
    }

    #[test]
    fn items_have_the_observed_bytes() {
        let mut out = Vec::new();
        let put = put(
            &mut out,
            Codec::Msgpack,
            Lane::Text,
            br#"{"i":0,"text":"Hello world!"}"#,
        );
        assert_eq!(put, Ok(()));
        let expected = b"\x82\xa4data\x81\xa4data\x82\xa1i\x00\xa4text\xacHello world!\xaecomplete_final\xc2";
        assert_eq!(out, expected);
        assert_eq!(out.len(), 0x32);
        out.clear();
        put_final(&mut out, Codec::Msgpack);
        assert_eq!(out.len(), 0x11);
    }

    #[test]
    fn what_the_tolerant_reader_sees() {
        let mut scratch = Vec::new();
        for (json, value, last) in [
            (
                r#"{"data":{"data":{"i":0}},"complete_final":false}"#,
                Some(r#"{"i":0}"#),
                false,
            ),
            (
                r#"{"complete_final":false,"data":{"id":"7","data":[1]}}"#,
                Some("[1]"),
                false,
            ),
            (r#"{"data":{"data":null},"complete_final":false}"#, Some("null"), false),
            (r#"{"data":{"comment":["a"]},"complete_final":false}"#, None, false),
            (r#"{"data":{},"complete_final":false}"#, None, false),
            (r#"{"complete_final":true}"#, None, true),
            (r#"{"data":null,"complete_final":true}"#, None, true),
            (r#"{"data":{"data":1},"complete_final":true}"#, Some("1"), true),
            // No envelope.
            (r#"{"data":"bare","complete_final":false}"#, Some(r#""bare""#), false),
            (
                r#"{"data":{"data":1,"other":2},"complete_final":false}"#,
                Some(r#"{"data":1,"other":2}"#),
                false,
            ),
        ] {
            for (codec, body) in both(json) {
                let item = read(codec, &body, false, &mut scratch).unwrap_or_else(|error| panic!("{json}: {error}"));
                assert_eq!((shown(&item).as_deref(), item.last), (value, last), "{codec:?} {json}");
            }
        }
        for json in [
            r#"{"complete_final":false}"#,
            r#"{"data":null,"complete_final":false}"#,
            "{}",
            "[]",
            "7",
        ] {
            for (codec, body) in both(json) {
                assert!(read(codec, &body, false, &mut scratch).is_err(), "{codec:?} {json}");
            }
        }
    }

    #[test]
    fn whoever_asks_gets_the_envelope() {
        let mut scratch = Vec::new();
        let json = r#"{"data":{"data":1,"event":"note","comment":["a","b"]},"complete_final":false}"#;
        for (codec, body) in both(json) {
            let item = read(codec, &body, true, &mut scratch).unwrap_or_else(|error| panic!("{error}"));
            let expected = r#"{"data":1,"event":"note","comment":["a","b"]}"#;
            assert_eq!(shown(&item).as_deref(), Some(expected), "{codec:?}");
        }
    }

    #[test]
    fn errors_are_read_from_both_places() {
        let mut scratch = Vec::new();
        for (json, code, text) in [
            (
                r#"{"data":{"event":"error","error":{"class":"NotFound","message":"gone"}},"complete_final":false}"#,
                ErrorCode::NotFound,
                "gone",
            ),
            (
                r#"{"data":{"event":"error","comment":["it","broke"]},"complete_final":false}"#,
                ErrorCode::Internal,
                "it, broke",
            ),
        ] {
            for (codec, body) in both(json) {
                let item = read(codec, &body, false, &mut scratch).unwrap_or_else(|error| panic!("{error}"));
                let error = item.error.unwrap_or_else(|| panic!("no error in {json}"));
                assert_eq!((error.code, error.message.as_str()), (code, text), "{codec:?}");
            }
        }
        for codec in [Codec::Json, Codec::Msgpack] {
            let error = Error {
                details: Details::of(&json!({ "large": 1e300, "list": [1, "two"] })).ok(),
                ..Error::new(ErrorCode::Overloaded, "full")
            };
            let mut out = Vec::new();
            put_error(&mut out, codec, &DynamoError::new(&error));
            let item = read(codec, &out, false, &mut scratch).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(item.error, Some(error));
        }
    }
}
