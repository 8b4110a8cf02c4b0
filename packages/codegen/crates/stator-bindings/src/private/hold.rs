use std::{marker::PhantomData, ops::Deref, sync::Arc};

use serde::de::DeserializeOwned;
use stator_contract::{BoundType, Contract, Registry};

use crate::{
    call::is_object_number,
    class::{Class, Exclusive, Shared, Slot},
    crossed::Crossed,
    direct::{Direct, Refusal},
    environment::Environment,
    failure::Failure,
    private::take::{Take, TakeDirect, TakeJson},
};

/// An argument of type `&T`: `(&&&Hold::<T>::NEW).hold(crossed, name)`.
pub struct Hold<T>(PhantomData<fn() -> T>);

impl<T> Hold<T> {
    pub const NEW: Self = Self(PhantomData);
}

/// An object of a class that is an argument.
pub struct HeldObject<T: Class>(pub Arc<Slot<T>>);

/// A value that was given by reference in Rust and by value in JavaScript. It is decoded where it is used, so that large
/// JSON does not hold up JavaScript's thread.
pub struct HeldValue<T> {
    crossed: Option<Crossed>,
    name: &'static str,
    decode: fn(Crossed, &str) -> Result<T, Failure>,
    value: Option<T>,
}

impl<T: Class> HeldObject<T> {
    pub fn shared(&mut self) -> Result<Shared<'_, T>, Failure> {
        self.0.read()
    }

    pub async fn shared_in_turn(&mut self) -> Result<Shared<'_, T>, Failure> {
        self.0.read_in_turn().await
    }

    pub fn exclusive(&mut self) -> Result<Exclusive<'_, T>, Failure> {
        self.0.write()
    }

    pub async fn exclusive_in_turn(&mut self) -> Result<Exclusive<'_, T>, Failure> {
        self.0.write_in_turn().await
    }
}

/// A reference that is a guard elsewhere.
pub struct Lent<'a, T>(&'a T);

impl<T> Deref for Lent<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

impl<T> HeldValue<T> {
    pub fn shared(&mut self) -> Result<Lent<'_, T>, Failure> {
        let value = match self.crossed.take() {
            Some(crossed) => (self.decode)(crossed, self.name)?,
            None => return Err(Failure::argument(self.name, "used twice")),
        };
        Ok(Lent(self.value.insert(value)))
    }

    pub async fn shared_in_turn(&mut self) -> Result<Lent<'_, T>, Failure> {
        self.shared()
    }
}

pub trait HoldObject<T: Class> {
    fn describe(&self, registry: &mut Registry) -> BoundType;

    fn hold(&self, crossed: Crossed, name: &'static str) -> Result<HeldObject<T>, Failure>;
}

pub trait HoldDirect<T> {
    fn describe(&self, registry: &mut Registry) -> BoundType;

    fn hold(&self, crossed: Crossed, name: &'static str) -> Result<HeldValue<T>, Failure>;
}

pub trait HoldJson<T> {
    fn describe(&self, registry: &mut Registry) -> BoundType;

    fn hold(&self, crossed: Crossed, name: &'static str) -> Result<HeldValue<T>, Failure>;
}

impl<T: Class> HoldObject<T> for &&Hold<T> {
    fn describe(&self, _: &mut Registry) -> BoundType {
        BoundType::Object {
            class: T::NAME.to_owned(),
            optional: false,
        }
    }

    fn hold(&self, crossed: Crossed, name: &'static str) -> Result<HeldObject<T>, Failure> {
        match crossed {
            Crossed::Number(number) if is_object_number(number) => {
                let object = Environment::with(|environment| environment.object(number as u64));
                object.map(HeldObject).map_err(|failure| Failure {
                    message: format!("{name}: {}", failure.message),
                    ..failure
                })
            }
            other => Err(Failure::argument(name, &Refusal::expected(T::NAME, &other).0)),
        }
    }
}

impl<T: Direct> HoldDirect<T> for &Hold<T> {
    fn describe(&self, registry: &mut Registry) -> BoundType {
        T::bound(registry)
    }

    fn hold(&self, crossed: Crossed, name: &'static str) -> Result<HeldValue<T>, Failure> {
        Ok(HeldValue {
            crossed: Some(crossed),
            name,
            decode: |crossed, name| TakeDirect::take(&&Take::<T>::NEW, crossed, name),
            value: None,
        })
    }
}

impl<T: Contract + DeserializeOwned> HoldJson<T> for Hold<T> {
    fn describe(&self, registry: &mut Registry) -> BoundType {
        TakeJson::describe(&Take::<T>::NEW, registry)
    }

    fn hold(&self, crossed: Crossed, name: &'static str) -> Result<HeldValue<T>, Failure> {
        Ok(HeldValue {
            crossed: Some(crossed),
            name,
            decode: |crossed, name| TakeJson::take(&Take::<T>::NEW, crossed, name),
            value: None,
        })
    }
}
