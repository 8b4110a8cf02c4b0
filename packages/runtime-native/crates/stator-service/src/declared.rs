use std::{
    any::TypeId,
    fmt,
    sync::{Arc, LazyLock},
};

use parking_lot::RwLock;
use rustc_hash::FxHashMap;
use serde::{Serialize, de::DeserializeOwned};
use stator_contract::{Contract, DeclaredError, Registry, TypeRef, check};
use stator_runtime::{Error, ErrorCode, error::Details};

use crate::json;

/// The error that an endpoint declares, or [`NoError`].
pub trait Declared: Sized + Send + 'static {
    /// The error as it travels.
    fn to_error(&self) -> Error;

    /// The value in an error that came; `None` if it is no such error. Else why the value does not fit.
    fn of_error(error: &Error) -> Option<Result<Self, String>>;
}

/// Stands where an endpoint declares no error. It has no values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoError {}

impl Declared for NoError {
    fn to_error(&self) -> Error {
        match *self {}
    }

    fn of_error(_: &Error) -> Option<Result<Self, String>> {
        None
    }
}

impl fmt::Display for NoError {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for NoError {}

impl<E: DeclaredError + Serialize + DeserializeOwned + Send + 'static> Declared for E {
    fn to_error(&self) -> Error {
        let name = name_of::<E>();
        let broken = |reason: String| Error::new(ErrorCode::InvalidResponse, format!("{name}: {reason}"));
        if let Err(misfit) = check(self) {
            return broken(misfit.to_string());
        }
        match Details::of(self) {
            Err(error) => broken(format!("the value has no JSON form: {error}")),
            Ok(details) => Error {
                name: Some(name.to_string()),
                details: Some(details),
                status: self.http_status(),
                ..Error::new(ErrorCode::Declared, self.message())
            },
        }
    }

    fn of_error(error: &Error) -> Option<Result<Self, String>> {
        if error.code != ErrorCode::Declared || error.name.as_deref() != Some(&*name_of::<E>()) {
            return None;
        }
        // `null` need not be written.
        let text = error.details.as_ref().map_or("null", Details::as_str);
        Some(json::read_text(text.as_bytes()).map_err(|unfit| unfit.to_string()))
    }
}

/// The name of a type in documents and on the wire.
fn name_of<T: Contract + 'static>() -> Arc<str> {
    static NAMES: LazyLock<RwLock<FxHashMap<TypeId, Arc<str>>>> = LazyLock::new(RwLock::default);
    let id = TypeId::of::<T>();
    if let Some(name) = NAMES.read().get(&id) {
        return Arc::clone(name);
    }
    let name: Arc<str> = match T::describe(&mut Registry::default()) {
        TypeRef::Ref { name } => name.into(),
        // An endpoint whose error has no name has no contract either.
        _ => std::any::type_name::<T>().into(),
    };
    Arc::clone(NAMES.write().entry(id).or_insert(name))
}
