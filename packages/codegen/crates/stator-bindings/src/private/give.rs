use std::marker::PhantomData;

use serde::Serialize;
use stator_contract::{BoundType, Bytes, Contract, Form, Registry};

use crate::{
    class::{Class, Slot},
    crossed::{Crossed, Outcome},
    direct::Direct,
    failure::{Failure, FailureCode},
    stream::Item,
};

/// A result of type `T`: `(&&&&Give::<T>::NEW).give(value)`.
pub struct Give<T>(PhantomData<fn(T)>);

impl<T> Give<T> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait GiveNothing {
    fn describe(&self, registry: &mut Registry) -> Option<BoundType>;

    fn give(&self, value: ()) -> Outcome;
}

pub trait GiveObject<T> {
    fn describe(&self, registry: &mut Registry) -> Option<BoundType>;

    fn give(&self, value: T) -> Outcome;
}

pub trait GiveDirect<T> {
    fn describe(&self, registry: &mut Registry) -> Option<BoundType>;

    fn give(&self, value: T) -> Outcome;
}

pub trait GiveJson<T> {
    fn describe(&self, registry: &mut Registry) -> Option<BoundType>;

    fn give(&self, value: T) -> Outcome;
}

impl GiveNothing for &&&Give<()> {
    fn describe(&self, _: &mut Registry) -> Option<BoundType> {
        None
    }

    fn give(&self, (): ()) -> Outcome {
        Ok(Crossed::Undefined)
    }
}

impl<T: Class> GiveObject<T> for &&Give<T> {
    fn describe(&self, _: &mut Registry) -> Option<BoundType> {
        object::<T>(false)
    }

    fn give(&self, value: T) -> Outcome {
        Ok(Crossed::Object(Slot::new(value)))
    }
}

impl<T: Class> GiveObject<Option<T>> for &&Give<Option<T>> {
    fn describe(&self, _: &mut Registry) -> Option<BoundType> {
        object::<T>(true)
    }

    fn give(&self, value: Option<T>) -> Outcome {
        Ok(value.map_or(Crossed::Null, |value| Crossed::Object(Slot::new(value))))
    }
}

impl<T: Direct> GiveDirect<T> for &Give<T> {
    fn describe(&self, registry: &mut Registry) -> Option<BoundType> {
        Some(T::bound(registry))
    }

    fn give(&self, value: T) -> Outcome {
        Ok(value.give())
    }
}

impl<T: Contract + Serialize> GiveJson<T> for Give<T> {
    fn describe(&self, registry: &mut Registry) -> Option<BoundType> {
        Some(described_json::<T>(registry))
    }

    fn give(&self, value: T) -> Outcome {
        json(&value).map(Crossed::Text)
    }
}

fn object<T: Class>(optional: bool) -> Option<BoundType> {
    Some(BoundType::Object {
        class: T::NAME.to_owned(),
        optional,
    })
}

fn described_json<T: Contract>(registry: &mut Registry) -> BoundType {
    BoundType::Value {
        form: Form::Json,
        type_ref: registry.type_ref::<T>(),
    }
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| {
        Failure::new(
            FailureCode::InvalidResult,
            format!("the result has no JSON form: {error}"),
        )
    })
}

/// An item of a stream: `(&&GiveItem::<T>::NEW).give(value)`.
pub struct GiveItem<T>(PhantomData<fn(T)>);

impl<T> GiveItem<T> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait GiveBytesItem<T> {
    fn describe(&self, registry: &mut Registry) -> Option<BoundType>;

    fn give(&self, value: T) -> Result<Item, Failure>;
}

pub trait GiveJsonItem<T> {
    fn describe(&self, registry: &mut Registry) -> Option<BoundType>;

    fn give(&self, value: T) -> Result<Item, Failure>;
}

/// Bytes cross as such, in a list of their own.
pub trait ByteItem: Direct {
    fn into_vec(self) -> Vec<u8>;
}

impl ByteItem for Vec<u8> {
    fn into_vec(self) -> Vec<u8> {
        self
    }
}

impl ByteItem for Bytes {
    fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

impl<T: ByteItem> GiveBytesItem<T> for &GiveItem<T> {
    fn describe(&self, registry: &mut Registry) -> Option<BoundType> {
        Some(T::bound(registry))
    }

    fn give(&self, value: T) -> Result<Item, Failure> {
        Ok(Item::Bytes(value.into_vec()))
    }
}

impl<T: Contract + Serialize> GiveJsonItem<T> for GiveItem<T> {
    fn describe(&self, registry: &mut Registry) -> Option<BoundType> {
        Some(described_json::<T>(registry))
    }

    fn give(&self, value: T) -> Result<Item, Failure> {
        json(&value).map(Item::Json)
    }
}
