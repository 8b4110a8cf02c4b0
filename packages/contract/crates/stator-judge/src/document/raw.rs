use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::unjudged::{Result, Unjudged};

/// The version of the document's form that is read here.
const DOCUMENT_VERSION: u32 = 1;

/// Brackets within brackets. Documents of contracts have some ten, and a parser is only safe within bounds.
const MOST_NESTING: usize = 500;

/// A document whose parts are text still: hashes are over text.
#[derive(Deserialize)]
pub(crate) struct RawDocument<'a> {
    #[serde(borrow)]
    pub types: Vec<RawType<'a>>,
    #[serde(borrow)]
    pub services: Vec<RawService<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct RawType<'a> {
    pub name: String,
    #[serde(borrow)]
    pub shape: Option<&'a RawValue>,
    #[serde(borrow)]
    pub status: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(crate) struct RawService<'a> {
    #[serde(borrow)]
    pub endpoints: Vec<RawEndpoint<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawEndpoint<'a> {
    pub hash: String,
    #[serde(borrow)]
    pub name: Option<&'a RawValue>,
    #[serde(borrow)]
    pub kind: Option<&'a RawValue>,
    #[serde(borrow)]
    pub input: Option<&'a RawValue>,
    #[serde(borrow)]
    pub output: Option<&'a RawValue>,
    #[serde(borrow)]
    pub error: Option<&'a RawValue>,
    #[serde(borrow)]
    pub timeout_ms: Option<&'a RawValue>,
    #[serde(borrow)]
    pub idempotent: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl<'a> RawDocument<'a> {
    /// Reads the text of a document. `source` says in messages where it came from.
    pub fn parse(text: &'a str, source: &str) -> Result<Self> {
        if nesting(text) > MOST_NESTING {
            return Err(Unjudged::unreadable("it nests too deeply"));
        }
        serde_json::from_str::<IgnoredAny>(text).map_err(|error| Unjudged(format!("{source} is not JSON: {error}")))?;
        match serde_json::from_str(text) {
            Ok(Versioned {
                version: DOCUMENT_VERSION,
            }) => {}
            _ => {
                return Err(Unjudged(format!(
                    "{source} is not a document of version {DOCUMENT_VERSION}. \
                     Use stator-contract and @stator/codegen of the same release."
                )));
            }
        }
        serde_json::from_str(text).map_err(Unjudged::unreadable)
    }
}

/// How deep brackets nest, in text that may not be JSON.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in text.bytes() {
        if is_text {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => is_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => is_text = true,
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_text_do_not_nest() {
        assert_eq!(nesting(r#"{"a":["\"[[[", "]"],"b":{}}"#), 2);
        assert_eq!(nesting("]]]["), 1);
        assert_eq!(nesting(&"[".repeat(1_000)), 1_000);
    }
}
