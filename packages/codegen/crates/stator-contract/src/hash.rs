use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{endpoint::Endpoint, service::Service, shape::Shape, type_definition::TypeDefinition, type_ref::TypeRef};

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
        let reached: Vec<_> = reach(endpoint, types)
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

/// Every type that an endpoint's messages contain, by name.
fn reach<'a>(endpoint: &Endpoint, types: &'a BTreeMap<String, TypeDefinition>) -> BTreeMap<&'a str, &'a Shape> {
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
    note(&endpoint.input, &mut open);
    note(&endpoint.output, &mut open);
    if let Some(error) = &endpoint.error {
        note(error, &mut open);
    }
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
    match &mut shape {
        Shape::Struct { fields, .. } => fields.iter_mut().for_each(|field| field.docs = None),
        Shape::Enum { variants, .. } => {
            for variant in variants {
                variant.docs = None;
                variant.shape = bare(&variant.shape);
            }
        }
        Shape::Tuple { .. } | Shape::Newtype { .. } | Shape::Unit => {}
    }
    shape
}
