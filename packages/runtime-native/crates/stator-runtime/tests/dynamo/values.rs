//! Values between JSON text and msgpack: what another implementation reads and writes, and what cannot be held.

use serde_json::{Value, json};
use stator_runtime::{
    dynamo::value::{self, Codec, Malformed, Style, check, from_json, to_json},
    payload::Lane,
};

fn packed(text: &str) -> Result<Vec<u8>, Malformed> {
    let mut out = Vec::new();
    from_json(text, &mut out).map(|()| out)
}

fn unpacked(mut bytes: &[u8], style: Style) -> Result<String, Malformed> {
    let mut out = Vec::new();
    to_json(&mut bytes, &mut out, style)?;
    assert_eq!(bytes, b"");
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// A random value, `depth` levels at the most.
fn draw(random: &mut fastrand::Rng, depth: usize) -> Value {
    let length = [0, 1, 3, 17, 40][random.usize(..5)];
    match random.u8(..if depth == 0 { 7 } else { 9 }) {
        0 => Value::Null,
        1 => random.bool().into(),
        2 => (random.u64(..) >> random.u32(..64)).into(),
        3 => (random.i64(..) >> random.u32(..64)).into(),
        4 => (random.f64() * 1e6).into(),
        5 => f64::from_bits(random.u64(..)).into(),
        6 => {
            let long = if random.u8(..20) == 0 { 70_000 } else { length };
            (0..long).map(|_| random.char(..)).collect::<String>().into()
        }
        7 => (0..length).map(|_| draw(random, depth - 1)).collect::<Vec<_>>().into(),
        _ => {
            let entries = (0..length).map(|_| (format!("{:x}", random.u32(..)), draw(random, depth - 1)));
            Value::Object(entries.collect())
        }
    }
}

#[test]
fn an_independent_reader_and_writer_agree() {
    let mut random = fastrand::Rng::with_seed(1);
    for round in 0..3_000 {
        let value = draw(&mut random, 3);
        let bytes = packed(&value.to_string()).unwrap_or_else(|error| panic!("{value}: {error}"));
        assert_eq!(check(&bytes), Ok(()));
        let read: Value = rmp_serde::from_slice(&bytes).unwrap_or_else(|error| panic!("{value}: {error}"));
        assert_eq!(read.to_string(), value.to_string(), "round {round}");
        let written = rmp_serde::to_vec_named(&value).unwrap_or_default();
        assert_eq!(unpacked(&written, Style::Exact), Ok(value.to_string()), "round {round}");
    }
}

#[test]
fn lists_and_maps_of_every_width_have_their_header() {
    for count in [0, 15, 16, 65_535, 65_536] {
        let list = Value::from(vec![7; count]);
        let bytes = packed(&list.to_string()).unwrap_or_default();
        assert_eq!(rmp_serde::to_vec(&list).ok(), Some(bytes), "{count}");
        let map: Value = Value::Object((0..count).map(|n| (format!("{n:06}"), n.into())).collect());
        let bytes = packed(&map.to_string()).unwrap_or_default();
        assert_eq!(rmp_serde::to_vec_named(&map).ok(), Some(bytes), "{count}");
    }
}

#[test]
fn numbers_keep_every_digit() {
    for text in [
        "0",
        "-1",
        "9007199254740993",
        "18446744073709551615",
        "-9223372036854775808",
        "0.1",
        "-0.0",
        "1e300",
    ] {
        let bytes = packed(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(unpacked(&bytes, Style::Exact).as_deref(), Ok(text));
    }
    assert_eq!(packed("18446744073709551616"), Err(Malformed::Integer));
    assert_eq!(packed("-9223372036854775809"), Err(Malformed::Integer));
    assert_eq!(packed("1e999"), Err(Malformed::Float));
    // A 32-bit float is the same number as a 64-bit one.
    assert_eq!(unpacked(b"\xca\x3f\x80\x00\x00", Style::Exact).as_deref(), Ok("1.0"));
}

#[test]
fn escapes_are_read_and_half_a_pair_is_refused() {
    let text = r#""a\"\\\/\b\f\n\r\té😀 ü""#;
    let expected: String = serde_json::from_str(text).unwrap_or_default();
    let read = packed(text).map(|bytes| rmp_serde::from_slice::<String>(&bytes).ok());
    assert_eq!(read, Ok(Some(expected)));
    for text in [r#""\ud83d""#, r#""\ud83dx""#, r#""\ude00""#, r#""\ud83d\u0041""#] {
        assert_eq!(packed(text), Err(Malformed::Surrogate), "{text}");
    }
}

#[test]
fn what_is_no_json_is_refused() {
    for text in [
        "",
        " ",
        "{",
        "[",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{1:2}",
        "01",
        "1.",
        ".5",
        "1e",
        "+1",
        "tru",
        "nul",
        "\"",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\n\"",
        "1 1",
        "[]]",
        "{}}",
        "NaN",
        "'a'",
    ] {
        assert!(packed(text).is_err(), "{text}");
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text}");
    }
    for text in [" [ ] ", "{ }", " { \"a\" : [ 1 , 2 ] } ", "\t\"x\"\r\n"] {
        assert!(packed(text).is_ok(), "{text}");
    }
}

#[test]
fn depth_is_limited_in_both_directions() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(packed(&nested(1000)).is_ok());
    assert_eq!(packed(&nested(1001)), Err(Malformed::Deep));
    assert_eq!(packed(&nested(1_000_000)), Err(Malformed::Deep));
    let deep = vec![0x91; 1_000_000];
    assert_eq!(check(&deep), Err(Malformed::Deep));
    assert_eq!(unpacked(&deep, Style::Exact), Err(Malformed::Deep));
}

#[test]
fn what_json_cannot_hold_stays_msgpack() {
    let mut scratch = Vec::new();
    let bytes: &[u8] = b"\xc4\x03abc";
    assert_eq!(
        value::read(Codec::Msgpack, bytes, &mut scratch),
        Ok((Lane::Bytes, &b"abc"[..]))
    );
    for inside in [
        &b"\x81\xa1b\xc4\x02hi"[..],     // bytes in a map
        b"\x82\x01\xa1a\xff\xa1b",       // integer keys
        b"\x91\xcb\x7f\xf8\0\0\0\0\0\0", // a float that is no number
        b"\x91\xd4\x07\x01",             // an extension
    ] {
        assert_eq!(
            value::read(Codec::Msgpack, inside, &mut scratch),
            Ok((Lane::Msgpack, inside))
        );
    }
    assert_eq!(
        unpacked(b"\x81\xa1b\xc4\x02hi", Style::AsUpstream).as_deref(),
        Ok(r#"{"b":[104,105]}"#)
    );
    assert_eq!(
        unpacked(b"\x82\x01\xa1a\xff\xa1b", Style::AsUpstream).as_deref(),
        Ok(r#"{"1":"a","-1":"b"}"#)
    );
    assert!(unpacked(b"\x91\xcb\x7f\xf8\0\0\0\0\0\0", Style::AsUpstream).is_err());
}

#[test]
fn a_value_is_written_as_its_lane_says() {
    let put = |codec: Codec, lane, data: &[u8]| {
        let mut out = b"kept".to_vec();
        let result = codec.put(&mut out, lane, data).map_err(|error| error.code.as_str());
        (result, String::from_utf8_lossy(&out[4..]).into_owned())
    };
    assert_eq!(
        put(Codec::Json, Lane::Text, b"{\"a\":1}"),
        (Ok(()), "{\"a\":1}".to_owned())
    );
    assert_eq!(put(Codec::Json, Lane::Bytes, b"hi"), (Ok(()), "[104,105]".to_owned()));
    assert_eq!(put(Codec::Json, Lane::Msgpack, b"\x91\x01"), (Ok(()), "[1]".to_owned()));
    assert_eq!(put(Codec::Msgpack, Lane::Bytes, b"hi").1.as_bytes().last(), Some(&b'i'));
    // Text that reaches out of its place.
    for codec in [Codec::Json, Codec::Msgpack] {
        assert_eq!(put(codec, Lane::Text, b"1},\"x\":{\"y\":2").0, Err("invalid_argument"));
        assert_eq!(
            put(codec, Lane::Msgpack, b"\x92\x01"),
            (Err("invalid_argument"), String::new())
        );
    }
}

#[test]
fn random_bytes_are_read_without_a_panic() {
    let mut random = fastrand::Rng::with_seed(2);
    let (mut scratch, mut out) = (Vec::new(), Vec::new());
    let sample =
        rmp_serde::to_vec_named(&json!({ "a": [1, -1, 2.5, "text", null, { "b": true }] })).unwrap_or_default();
    for _ in 0..200_000 {
        let mut bytes: Vec<u8> = if random.bool() {
            sample.clone()
        } else {
            (0..random.usize(..40)).map(|_| random.u8(..)).collect()
        };
        for _ in 0..random.usize(..4) {
            if let Some(byte) = random.choice(0..bytes.len()) {
                bytes[byte] = random.u8(..);
            }
        }
        let whole = check(&bytes);
        let read = value::read(Codec::Msgpack, &bytes, &mut scratch);
        // Both see the same values as whole.
        assert_eq!(read.is_ok(), whole.is_ok(), "{bytes:?}");
        out.clear();
        let text = String::from_utf8_lossy(&bytes);
        let ours = from_json(&text, &mut out).is_ok();
        if ours {
            assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
            assert_eq!(check(&out), Ok(()));
        }
    }
}
