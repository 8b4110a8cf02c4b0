use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::{
    compare::Side,
    document::RawEndpoint,
    text::quoted,
    unjudged::{Result, Unjudged},
};

/// The hash of an endpoint and all types that it reaches, over the text of the document without documentation: as
/// `packages/contract/src/hash/hashes.ts` and `stator-contract` compute it.
pub(crate) fn endpoint_hash(side: &Side<'_>, endpoint: &RawEndpoint<'_>) -> Result<String> {
    let mut shapes = BTreeMap::new();
    for name in side.model.reach(side.messages())? {
        let mut text = format!("[{},", quoted(name));
        match side.model.raw(name)?.shape {
            None => text.push_str("null"),
            Some(shape) => write_bare_shape(shape, &mut text)?,
        }
        text.push(']');
        shapes.insert(name, text);
    }
    let parts = [
        endpoint.name,
        endpoint.kind,
        endpoint.input,
        endpoint.output,
        endpoint.timeout_ms,
        endpoint.idempotent,
    ];
    let shapes: Vec<_> = shapes.into_values().collect();
    let mut facts = format!("[{},[{}]]", parts.map(printed).join(","), shapes.join(","));
    if let Some(error) = endpoint.error {
        let status = side.error_name().map(|name| side.model.raw(name)).transpose()?;
        let status = printed(status.and_then(|error| error.status));
        facts = format!("[{facts},{},{status}]", printed(Some(error)));
    }
    let digest = Sha256::digest(facts);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// JSON as it was written, without spaces; `null` for nothing.
fn printed(raw: Option<&RawValue>) -> String {
    let mut text = String::new();
    match raw {
        None => text.push_str("null"),
        Some(raw) => write_compact(raw.get(), &mut text),
    }
    text
}

fn write_compact(json: &str, into: &mut String) {
    let (mut is_text, mut is_escaped) = (false, false);
    into.extend(json.chars().filter(|c| {
        if !is_text {
            is_text = *c == '"';
            return !c.is_ascii_whitespace();
        }
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_text = false,
            _ => {}
        }
        true
    }));
}

/// A shape without documentation.
fn write_bare_shape(shape: &RawValue, into: &mut String) -> Result<()> {
    write_object(shape, into, &|key, value, into| match key {
        "fields" => write_list(value, into, &|field, into| {
            write_object(field, into, &write_undocumented)
        }),
        "variants" => write_list(value, into, &|variant, into| {
            write_object(variant, into, &|key, value, into| match key {
                "shape" => write_bare_shape(value, into),
                _ => write_undocumented(key, value, into),
            })
        }),
        _ => {
            write_compact(value.get(), into);
            Ok(())
        }
    })
}

/// Leaves out what nobody but people reads: [`write_object`] drops members of which nothing is written.
fn write_undocumented(key: &str, value: &RawValue, into: &mut String) -> Result<()> {
    if key != "docs" {
        write_compact(value.get(), into);
    }
    Ok(())
}

type WriteMember<'w> = dyn Fn(&str, &RawValue, &mut String) -> Result<()> + 'w;
type WriteItem<'w> = dyn Fn(&RawValue, &mut String) -> Result<()> + 'w;

/// Writes an object, in its order, with what `write` makes of each value; anything else as it is.
fn write_object(raw: &RawValue, into: &mut String, write: &WriteMember<'_>) -> Result<()> {
    if !raw.get().starts_with('{') {
        write_compact(raw.get(), into);
        return Ok(());
    }
    let Members(members) = serde_json::from_str(raw.get()).map_err(Unjudged::unreadable)?;
    into.push('{');
    let first = into.len();
    for (key, value) in members {
        let begin = into.len();
        if begin > first {
            into.push(',');
        }
        into.push_str(&quoted(&key));
        into.push(':');
        let written = into.len();
        write(&key, value, into)?;
        if into.len() == written {
            into.truncate(begin);
        }
    }
    into.push('}');
    Ok(())
}

fn write_list(raw: &RawValue, into: &mut String, write: &WriteItem<'_>) -> Result<()> {
    if !raw.get().starts_with('[') {
        write_compact(raw.get(), into);
        return Ok(());
    }
    let items: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(Unjudged::unreadable)?;
    into.push('[');
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            into.push(',');
        }
        write(item, into)?;
    }
    into.push(']');
    Ok(())
}

/// The members of an object in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}
