//! What the macros call. Not for use by hand: it changes without notice.

use serde::Serialize;
use serde_json::Value;

use crate::{
    Asked, Contract, Endpoint, EndpointKind, Field, IntegerPolicy, Limits, Message, Misfit, Registry, Reply, Service,
    Shape, TypeRef, Variant,
};

pub use serde_json;
pub use ts_rs;

/// Through text, because `serde_json::to_value` widens an `f32` of 0.1 to 0.10000000149011612.
pub(crate) fn json_of<T: Serialize + ?Sized>(value: &T) -> Result<Value, serde_json::Error> {
    serde_json::from_str(&serde_json::to_string(value)?).map(sorted)
}

/// Keys in one order, also for a `HashMap`, and when some crate of the build asks `serde_json` to keep the order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Object(entries) => {
            let entries: std::collections::BTreeMap<_, _> = entries.into_iter().collect();
            Value::Object(entries.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        other => other,
    }
}

/// A type with a name.
pub fn named<T: ts_rs::TS + ?Sized>(
    registry: &mut Registry,
    arguments: &[TypeRef],
    docs: &[&str],
    status: Option<u16>,
    shape: impl FnOnce(&mut Registry) -> Shape,
) -> TypeRef {
    registry.named::<T>(arguments, docs_of(docs), status, shape)
}

/// What the attributes of a field say beyond its type.
#[derive(Debug, Default)]
pub struct FieldNotes {
    pub limits: Limits,
    pub policy: Option<IntegerPolicy>,
    pub may_be_absent: bool,
    pub flatten: bool,
    /// Whether serde reads the field with a function of its own, which takes away the special rule for `Option`.
    pub own_reader: bool,
}

/// A field with a name. `default` is asked for its JSON only here, in the running program.
pub fn field<T: Contract>(
    registry: &mut Registry,
    name: &str,
    docs: &[&str],
    notes: FieldNotes,
    default: Option<&dyn Fn() -> Result<Value, serde_json::Error>>,
) -> Field {
    registry.at(name, |registry| {
        let type_ref = place::<T>(registry, &notes);
        if notes.may_be_absent && default.is_none() && (notes.own_reader || !type_ref.is_option()) {
            registry.error("the writer may leave the key out, but the reader wants it. Add #[serde(default)].");
        }
        let default = match default.map(|default| default()) {
            Some(Ok(value)) => Some(value),
            Some(Err(error)) => {
                registry.error(format!("the default value has no JSON form: {error}"));
                None
            }
            None if type_ref.is_option() && !notes.own_reader && !notes.flatten => Some(Value::Null),
            None => None,
        };
        Field {
            name: name.to_owned(),
            docs: docs_of(docs),
            type_ref,
            limits: notes.limits,
            default,
            may_be_absent: notes.may_be_absent,
            flatten: notes.flatten,
        }
    })
}

/// The one field of a newtype.
pub fn newtype<T: Contract>(registry: &mut Registry, notes: FieldNotes) -> Shape {
    let of = place::<T>(registry, &notes);
    Shape::Newtype {
        of,
        limits: notes.limits,
    }
}

/// A field without a name.
pub fn item<T: Contract>(registry: &mut Registry, index: usize, notes: &FieldNotes) -> TypeRef {
    registry.at(index.to_string(), |registry| place::<T>(registry, notes))
}

fn place<T: Contract>(registry: &mut Registry, notes: &FieldNotes) -> TypeRef {
    let mut type_ref = registry.type_ref::<T>();
    if let Some(policy) = notes.policy
        && !type_ref.apply_policy(policy)
    {
        registry.error("#[contract(integer = ...)] is for fields that hold a u64, an i64, a u128 or an i128");
    }
    if let Some(problem) = notes.limits.problem(&type_ref) {
        registry.error(problem);
    }
    type_ref
}

/// The default value of a field, as the compiled program gives it.
pub fn default_json<T: Serialize>(value: &T) -> Result<Value, serde_json::Error> {
    json_of(value)
}

pub fn variant(
    registry: &mut Registry,
    name: &str,
    docs: &[&str],
    aliases: &[&str],
    status: Option<u16>,
    other: bool,
    shape: impl FnOnce(&mut Registry) -> Shape,
) -> Variant {
    let shape = registry.at(name, shape);
    let aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
    Variant {
        name: name.to_owned(),
        docs: docs_of(docs),
        shape,
        aliases,
        status,
        other,
    }
}

/// Runs a part of a description with a name that errors carry.
pub fn at<R>(registry: &mut Registry, place: &str, run: impl FnOnce(&mut Registry) -> R) -> R {
    registry.at(place, run)
}

/// What an endpoint's attribute says.
#[derive(Debug)]
pub struct EndpointNotes<'a> {
    pub name: &'a str,
    pub method: &'a str,
    pub docs: &'a [&'a str],
    pub timeout_ms: Option<u32>,
    pub idempotent: bool,
}

pub fn endpoint<Input: Message, Output: Reply>(registry: &mut Registry, notes: &EndpointNotes<'_>) -> Endpoint {
    registry.at(notes.method, |registry| {
        let input = Input::describe(registry);
        let output = Output::Success::describe(registry);
        let error = Output::describe_error(registry);
        for message in [&input, &output].into_iter().chain(&error) {
            if !matches!(message, TypeRef::Ref { .. }) {
                registry.error(
                    "requests, responses, items and errors are structs or enums with a name, so that they can grow. \
                     Put the value into a struct.",
                );
            }
        }
        Endpoint {
            name: notes.name.to_owned(),
            method: notes.method.to_owned(),
            docs: docs_of(notes.docs),
            kind: EndpointKind::of(Input::STREAM, Output::Success::STREAM),
            input,
            output,
            error,
            timeout_ms: notes.timeout_ms,
            idempotent: notes.idempotent,
            hash: String::new(),
        }
    })
}

/// A service; its hashes are filled in when every type is known.
pub fn service(
    registry: &mut Registry,
    name: &str,
    docs: &[&str],
    namespace: &str,
    component: &str,
    endpoints: impl FnOnce(&mut Registry) -> Vec<Endpoint>,
) -> Service {
    let endpoints = registry.at(name, endpoints);
    Service {
        name: name.to_owned(),
        docs: docs_of(docs),
        namespace: namespace.to_owned(),
        component: component.to_owned(),
        endpoints,
        hash: String::new(),
    }
}

/// Checks a field that serde writes as another type: `written` is what comes out.
///
/// # Errors
/// When the other type does not allow it. A value that cannot be written is left to who writes it.
pub fn check_written<T: Contract + serde::de::DeserializeOwned>(
    written: Result<Value, serde_json::Error>,
    asked: &Asked,
) -> Result<(), Misfit> {
    match written.and_then(serde_json::from_value::<T>) {
        Ok(value) => value.check_contract(asked),
        Err(_) => Ok(()),
    }
}

/// The same for bytes, which need not be written for it.
///
/// # Errors
/// When there are too many or too few.
pub fn check_bytes<T: AsRef<[u8]> + ?Sized>(bytes: &T, asked: &Asked) -> Result<(), Misfit> {
    asked.length(bytes.as_ref().len(), "bytes")
}

/// The text of a declared error. Called as `(&&Said(error)).said(name, docs)`: the compiler takes the first of the two
/// traits that the type has.
#[derive(Debug)]
pub struct Said<'a, T: ?Sized>(pub &'a T);

pub trait ByDisplay {
    fn said(&self, name: &str, docs: &[&str]) -> String;
}

pub trait ByDocs {
    fn said(&self, name: &str, docs: &[&str]) -> String;
}

impl<T: std::fmt::Display + ?Sized> ByDisplay for &Said<'_, T> {
    fn said(&self, _: &str, _: &[&str]) -> String {
        self.0.to_string()
    }
}

impl<T: ?Sized> ByDocs for Said<'_, T> {
    fn said(&self, name: &str, docs: &[&str]) -> String {
        let docs = docs_of(docs).unwrap_or_default();
        let first = docs.split("\n\n").next().unwrap_or_default();
        let words: Vec<_> = first.split_whitespace().collect();
        if words.is_empty() {
            name.to_owned()
        } else {
            words.join(" ")
        }
    }
}

/// Doc comments with their common left margin removed.
pub fn docs_of(lines: &[&str]) -> Option<String> {
    let margin = lines
        .iter()
        .flat_map(|line| line.split('\n'))
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let text: Vec<_> = lines
        .iter()
        .flat_map(|line| line.split('\n'))
        .map(|line| line.get(margin..).unwrap_or("").trim_end())
        .collect();
    let text = text.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}
