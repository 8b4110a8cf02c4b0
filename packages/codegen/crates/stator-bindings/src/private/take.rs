use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use stator_contract::{BoundType, Contract, Form, Registry};

use crate::{
    crossed::Crossed,
    direct::{Direct, Refusal},
    failure::Failure,
};

/// An argument of type `T`: `(&&Take::<T>::NEW).take(crossed, name)`.
pub struct Take<T>(PhantomData<fn() -> T>);

impl<T> Take<T> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait TakeDirect<T> {
    fn describe(&self, registry: &mut Registry) -> BoundType;

    fn take(&self, crossed: Crossed, name: &str) -> Result<T, Failure>;
}

pub trait TakeJson<T> {
    fn describe(&self, registry: &mut Registry) -> BoundType;

    fn take(&self, crossed: Crossed, name: &str) -> Result<T, Failure>;
}

impl<T: Direct> TakeDirect<T> for &Take<T> {
    fn describe(&self, registry: &mut Registry) -> BoundType {
        T::bound(registry)
    }

    fn take(&self, crossed: Crossed, name: &str) -> Result<T, Failure> {
        T::take(crossed).map_err(|Refusal(reason)| Failure::argument(name, &reason))
    }
}

impl<T: Contract + DeserializeOwned> TakeJson<T> for Take<T> {
    fn describe(&self, registry: &mut Registry) -> BoundType {
        BoundType::Value {
            form: Form::Json,
            type_ref: registry.type_ref::<T>(),
        }
    }

    fn take(&self, crossed: Crossed, name: &str) -> Result<T, Failure> {
        match crossed {
            Crossed::Text(json) => {
                serde_json::from_str(&json).map_err(|error| Failure::argument(name, &error.to_string()))
            }
            other => Err(Failure::argument(name, &Refusal::expected("JSON text", &other).0)),
        }
    }
}
