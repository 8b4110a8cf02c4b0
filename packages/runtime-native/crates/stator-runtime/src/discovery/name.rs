//! What a namespace, a component and an endpoint may be called.

use crate::{Error, ErrorCode, Result};

/// Longest name of one segment, in characters.
pub const MAX_NAME_LENGTH: usize = 128;

/// How many near names a message offers.
const MAX_SUGGESTIONS: usize = 3;

/// Checks one segment of a path. `kind` is `namespace`, `component` or `endpoint`.
///
/// Fails with [`ErrorCode::InvalidArgument`] unless the name is 1 to 128 of `A-Z a-z 0-9 _ -`. Namespaces that begin
/// with an underscore belong to the runtime itself.
pub fn validate_name(kind: &str, name: &str) -> Result<()> {
    let reason = if name.is_empty() {
        "is empty".to_owned()
    } else if let Some(bad) = name
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))
    {
        format!("contains {bad:?}")
    } else if name.len() > MAX_NAME_LENGTH {
        format!("has {} characters", name.len())
    } else if kind == "namespace" && name.starts_with('_') {
        "begins with an underscore, as only those of the runtime itself do".to_owned()
    } else {
        return Ok(());
    };
    let shown: String = name.chars().take(MAX_NAME_LENGTH).collect();
    Err(Error::new(
        ErrorCode::InvalidArgument,
        format!(
            "the {kind} name {shown:?} {reason}; use 1 to {MAX_NAME_LENGTH} letters, digits, underscores or hyphens"
        ),
    ))
}

/// Up to three of `known` that look like `wanted`, the nearest first; never `wanted` itself.
pub fn near_names<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let furthest = (wanted.chars().count() / 3).max(2);
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .filter(|name| *name != wanted)
        .map(|name| {
            (
                strsim::damerau_levenshtein(&name.to_lowercase(), &wanted.to_lowercase()),
                name,
            )
        })
        .filter(|(distance, _)| *distance <= furthest)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter()
        .take(MAX_SUGGESTIONS)
        .map(|(_, name)| name.to_owned())
        .collect()
}
