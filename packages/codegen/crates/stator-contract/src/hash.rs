use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{binding::Binding, service::Service, shape::Shape, type_definition::TypeDefinition, type_ref::TypeRef};

/// The SHA-256 of a value's JSON, in hex. The JSON of the document's types has one order only.
pub(crate) fn hash_of(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let digest = Sha256::digest(serde_json::to_string(value)?);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Fills in the hashes of a service. Documentation and Rust paths do not count: they change nothing on the wire.
pub(crate) fn hash_service(
    service: &mut Service,
    types: &BTreeMap<String, TypeDefinition>,
) -> Result<(), serde_json::Error> {
    for endpoint in &mut service.endpoints {
        let messages: Vec<_> = [&endpoint.input, &endpoint.output]
            .into_iter()
            .chain(&endpoint.error)
            .collect();
        let reached: Vec<_> = reach(&messages, types)
            .into_iter()
            .map(|(name, shape)| (name, bare(shape)))
            .collect();
        let facts = (
            &endpoint.name,
            endpoint.kind,
            &endpoint.input,
            &endpoint.output,
            endpoint.timeout_ms,
            endpoint.idempotent,
            reached,
        );
        endpoint.hash = match &endpoint.error {
            None => hash_of(&facts)?,
            Some(error) => hash_of(&(facts, error, status_of(error, types)))?,
        };
    }
    let hashes: Vec<_> = service
        .endpoints
        .iter()
        .map(|endpoint| (&endpoint.name, &endpoint.hash))
        .collect();
    service.hash = hash_of(&(&service.namespace, &service.component, hashes))?;
    Ok(())
}

/// What an addon and the stubs that call it have to agree on.
pub(crate) fn hash_bindings(
    bindings: &[Binding],
    types: &BTreeMap<String, TypeDefinition>,
) -> Result<String, serde_json::Error> {
    let mut roots = Vec::new();
    for binding in bindings {
        binding.visit_types(&mut |type_ref| roots.push(type_ref.clone()));
    }
    let reached: Vec<_> = reach(&roots.iter().collect::<Vec<_>>(), types)
        .into_iter()
        .map(|(name, shape)| (name, bare(shape)))
        .collect();
    let bindings: Vec<_> = bindings.iter().map(Binding::bare).collect();
    hash_of(&(bindings, reached))
}

/// Every type that these contain, by name.
fn reach<'a>(roots: &[&TypeRef], types: &'a BTreeMap<String, TypeDefinition>) -> BTreeMap<&'a str, &'a Shape> {
    let mut names = BTreeSet::new();
    let mut open = Vec::new();
    let mut note = |type_ref: &TypeRef, open: &mut Vec<String>| {
        type_ref.visit(&mut |part| {
            if let TypeRef::Ref { name } = part
                && names.insert(name.clone())
            {
                open.push(name.clone());
            }
        });
    };
    roots.iter().for_each(|root| note(root, &mut open));
    let mut reached = BTreeMap::new();
    while let Some(name) = open.pop() {
        if let Some((name, definition)) = types.get_key_value(&name) {
            definition.shape.visit_types(&mut |type_ref| note(type_ref, &mut open));
            reached.insert(name.as_str(), &definition.shape);
        }
    }
    reached
}

/// The HTTP status of the whole type; those of variants are part of its shape.
fn status_of(error: &TypeRef, types: &BTreeMap<String, TypeDefinition>) -> Option<u16> {
    match error {
        TypeRef::Ref { name } => types.get(name)?.status,
        _ => None,
    }
}

fn bare(shape: &Shape) -> Shape {
    let mut shape = shape.clone();
    shape.strip_docs();
    shape
}
