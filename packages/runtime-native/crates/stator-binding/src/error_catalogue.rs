//! What there is to know about each error code, for `ERROR_CODES` in TypeScript and all that is made of it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use stator_contract::{Contract, Contracts, Shape};
use stator_runtime::{ErrorCode, error::Remedy};
use ts_rs::TS;

/// What there is to know about an error code.
#[derive(Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorCodeFacts {
    /// What it says about a failed call.
    meaning: String,
    /// What usually leads to it.
    cause: String,
    /// What to do about it.
    cure: String,
    /// The HTTP status that a front end answers with.
    http_status: u16,
    /// Whether the same call may succeed on another instance or a moment later, without risk of running twice.
    retryable: bool,
}

/// The facts about every code.
pub(crate) fn error_codes() -> HashMap<ErrorCode, ErrorCodeFacts> {
    let mut meanings = meanings();
    ErrorCode::ALL
        .into_iter()
        .map(|code| {
            let Remedy { cause, cure } = code.remedy();
            let facts = ErrorCodeFacts {
                meaning: meanings.remove(code.as_str()).unwrap_or_default(),
                cause: cause.to_owned(),
                cure: cure.to_owned(),
                http_status: code.http_status(),
                retryable: code.retryable(),
            };
            (code, facts)
        })
        .collect()
}

/// The meaning of a code is the documentation of its variant, and written there alone.
fn meanings() -> HashMap<String, String> {
    let mut contracts = Contracts::default();
    contracts.add::<ErrorCode>();
    let types = contracts
        .document("")
        .map(|document| document.types)
        .unwrap_or_default();
    let variants = types.into_iter().flat_map(|definition| match definition.shape {
        Shape::Enum { variants, .. } => variants,
        _ => Vec::new(),
    });
    variants
        .filter_map(|variant| Some((variant.name, variant.docs?.replace('\n', " "))))
        .collect()
}
