//! What the macros call. Not for use by hand: it changes without notice.
//!
//! The compiler chooses how a type crosses by its traits: a type that is a value of JavaScript itself, else an object of
//! a class, else JSON. The choice is a method call on a reference to a reference: the first trait that fits wins.

mod fault;
mod give;
mod hold;
mod take;

pub use crate::{
    addon::{Addon, DescribesItself, Exports, describe_all, load},
    call::{Call, Export},
    class::{Class, Slot},
    crossed::{Crossed, Outcome},
    direct::Refusal,
    failure::{Failure, FailureCode},
    pool::Limits,
    stream::{Item, start_stream},
    task::{Context, start_task},
};
pub use fault::*;
pub use futures::{Stream, StreamExt, stream::iter as stream_of};
pub use give::*;
pub use hold::*;
pub use napi;
pub use napi_derive;
pub use stator_contract::{
    Binding, BoundCall, BoundClass, BoundError, BoundFunction, BoundType, CallMode, Contract, Parameter, RawClass,
    RawFunction, RawParameter, RawType, Registry,
    private::{at, docs_of},
};
pub use take::*;

use crate::callback::Callback;
use serde::Serialize;

/// The two sides of a `Result`, also behind an alias.
pub trait ResultParts {
    type Ok;
    type Error;

    fn into_result(self) -> Result<Self::Ok, Self::Error>;
}

impl<T, E> ResultParts for Result<T, E> {
    type Ok = T;
    type Error = E;

    fn into_result(self) -> Result<T, E> {
        self
    }
}

/// The doc comment of a class stands on its struct: `(&StructDocs::<T>::NEW).docs()`.
pub struct StructDocs<T>(std::marker::PhantomData<fn(T)>);

impl<T> StructDocs<T> {
    pub const NEW: Self = Self(std::marker::PhantomData);
}

/// Implemented by `#[binding]` on a struct.
pub trait HasDocs {
    const DOCS: &'static [&'static str];
}

pub trait DocsOfStruct {
    fn docs(&self) -> &'static [&'static str];
}

pub trait NoDocs {
    fn docs(&self) -> &'static [&'static str];
}

impl<T: HasDocs> DocsOfStruct for &StructDocs<T> {
    fn docs(&self) -> &'static [&'static str] {
        T::DOCS
    }
}

impl<T> NoDocs for StructDocs<T> {
    fn docs(&self) -> &'static [&'static str] {
        &[]
    }
}

/// A function of JavaScript that is an argument of a task.
pub fn callback<T: Serialize, R>(context: &Context, index: u32) -> Callback<T, R> {
    Callback::new(context.work.clone(), index)
}

pub fn describe_callback<T: Contract, R: Contract>(registry: &mut Registry) -> BoundType {
    let json = |type_ref| {
        (!matches!(type_ref, stator_contract::TypeRef::Unit)).then(|| {
            Box::new(BoundType::Value {
                form: stator_contract::Form::Json,
                type_ref,
            })
        })
    };
    BoundType::Callback {
        argument: json(registry.type_ref::<T>()),
        result: json(registry.type_ref::<R>()),
    }
}

pub fn cancellation(context: &Context) -> crate::Cancellation {
    context.work.cancellation.clone()
}

/// Checks that a type crosses at all, with a message that says what to write. The others only say that no trait fits.
pub fn crosses<T: Crosses + ?Sized>() {}

/// A type that may be an argument or a result of a binding.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross to JavaScript",
    note = "a struct or an enum of your own, by value: add #[derive(Serialize, Deserialize, TS, Contract)]",
    note = "a class, whose objects stay in Rust: put #[binding] on its impl block and take it as &T or &mut T",
    note = "usize, isize: their width depends on the machine; use u32 or u64",
    note = "Duration, SystemTime: use stator_contract::Millis and stator_contract::UnixMillis"
)]
pub trait Crosses {}

impl<T: Contract + ?Sized> Crosses for T {}
