use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    document::{RawEndpoint, Type},
    model::Model,
    unjudged::{Result, Unjudged},
};

/// An endpoint as one side knows it.
pub(crate) struct Side<'a> {
    pub model: &'a Model<'a>,
    pub kind: String,
    pub input: Type,
    pub output: Type,
    pub error: Option<Type>,
    pub is_idempotent: bool,
}

impl<'a> Side<'a> {
    pub fn read(model: &'a Model<'a>, endpoint: &RawEndpoint<'_>) -> Result<Self> {
        Ok(Self {
            model,
            kind: part("kind", endpoint.kind)?,
            input: part("input", endpoint.input)?,
            output: part("output", endpoint.output)?,
            error: endpoint.error.map(|error| part("error", Some(error))).transpose()?,
            is_idempotent: part("idempotent", endpoint.idempotent)?,
        })
    }

    /// All that the endpoint reads and writes.
    pub fn messages(&self) -> impl Iterator<Item = &Type> {
        [&self.input, &self.output].into_iter().chain(&self.error)
    }

    /// The name by which callers know the error that the endpoint declares.
    pub fn error_name(&self) -> Option<&str> {
        match &self.error {
            Some(Type::Ref(name)) => Some(name),
            _ => None,
        }
    }
}

fn part<'de, T: Deserialize<'de>>(what: &str, raw: Option<&'de RawValue>) -> Result<T> {
    let raw = raw.ok_or_else(|| Unjudged::unreadable(format!("an endpoint has no {what}")))?;
    serde_json::from_str(raw.get()).map_err(Unjudged::unreadable)
}
