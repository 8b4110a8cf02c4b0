use std::thread;

use serde::Serialize;

use crate::{
    compare::{Side, caller_breaks},
    document::{RawDocument, RawEndpoint},
    hash::endpoint_hash,
    model::Model,
    text::cut,
    unjudged::{Result, Unjudged},
};

/// The contract of an endpoint as it travels.
#[derive(Debug, Clone, Copy)]
pub struct ContractText<'a> {
    /// Of the endpoint, in hex; a part of it, from its begin, will do.
    pub hash: &'a str,
    /// The text of a document that holds it.
    pub document: &'a str,
}

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "camelCase")]
pub enum Judgement {
    Compatible,
    /// At most eight sentences, of bounded length.
    Incompatible {
        breaks: Vec<String>,
    },
    /// One of the documents is not what it should be.
    Unknown {
        problem: String,
    },
}

/// Sentences that are passed on, and the length of each.
const MOST_BREAKS: usize = 8;
const MOST_LENGTH: usize = 500;

/// Documents may nest as deep as comparisons go (`MOST_DEPTH`), which takes a few MiB. Untouched pages cost nothing.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// Whether a caller with one contract can use a service with the other. The service's document may come from anywhere:
/// whatever it holds, this ends soon. It computes for up to some hundred milliseconds and blocks as long.
pub fn judge_contracts(caller: ContractText<'_>, service: ContractText<'_>) -> Judgement {
    // On a stack whose size is known, whoever calls.
    let breaks = thread::scope(|scope| {
        let compare = move || compare(caller, service);
        match thread::Builder::new()
            .name("stator-judge".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, compare)
        {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|_| Err(Unjudged("the comparison failed".to_owned()))),
            Err(error) => Err(Unjudged(format!("no thread for the comparison: {error}"))),
        }
    });
    match breaks {
        Ok(breaks) if breaks.is_empty() => Judgement::Compatible,
        Ok(breaks) => Judgement::Incompatible {
            breaks: breaks.into_iter().take(MOST_BREAKS).map(shorten).collect(),
        },
        Err(Unjudged(problem)) => Judgement::Unknown {
            problem: shorten(problem),
        },
    }
}

fn compare(caller: ContractText<'_>, service: ContractText<'_>) -> Result<Vec<String>> {
    let (ours, theirs) = ("the caller's document", "the service's document");
    let caller_document = RawDocument::parse(caller.document, ours)?;
    let caller_model = Model::new(&caller_document);
    let caller = side(&caller_document, &caller_model, caller.hash, ours)?;
    let service_document = RawDocument::parse(service.document, theirs)?;
    let service_model = Model::new(&service_document);
    let service = side(&service_document, &service_model, service.hash, theirs)?;
    caller_breaks(&caller, &service)
}

/// The endpoint whose contract was promised. Its hash is computed anew: a document may say anything of itself.
fn side<'a>(document: &'a RawDocument<'a>, model: &'a Model<'a>, hash: &str, source: &str) -> Result<Side<'a>> {
    let mut endpoints = document.services.iter().flat_map(|service| &service.endpoints);
    let Some(endpoint): Option<&RawEndpoint> = endpoints.find(|endpoint| endpoint.hash.starts_with(hash)) else {
        return Err(Unjudged(format!("{source} does not hold the contract {hash}")));
    };
    let side = Side::read(model, endpoint)?;
    if endpoint_hash(&side, endpoint)? != endpoint.hash {
        return Err(Unjudged(format!(
            "{source} has another content than that of the contract {hash}"
        )));
    }
    Ok(side)
}

fn shorten(text: String) -> String {
    cut(&text, MOST_LENGTH).unwrap_or(text)
}
