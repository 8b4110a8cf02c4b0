use std::{borrow::Cow, fmt::Display, marker::PhantomData};

use serde::Serialize;
use stator_contract::{BoundError, DeclaredError, Registry};

use crate::failure::{Failure, FailureCode};

/// An error of type `E` that Rust returned: `(&&&Fault::<E>::NEW).fault(error)`.
pub struct Fault<E>(PhantomData<fn(E)>);

impl<E> Fault<E> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait FaultSentence<E> {
    fn describe(&self, registry: &mut Registry) -> BoundError;

    fn fault(&self, error: E) -> Failure;
}

pub trait FaultDeclared<E> {
    fn describe(&self, registry: &mut Registry) -> BoundError;

    fn fault(&self, error: E) -> Failure;
}

/// The last choice. What it asks for stands at its method, so that the compiler says that and not that nothing fits.
pub trait FaultText<E> {
    fn describe(&self, registry: &mut Registry) -> BoundError;

    fn fault(&self, error: E) -> Failure
    where
        E: IntoText;
}

/// Text that is an error: it has a form on the wire, but no type of its own that TypeScript could tell apart.
pub trait Sentence: Display {}

impl Sentence for String {}
impl Sentence for &str {}
impl Sentence for Box<str> {}
impl Sentence for Cow<'_, str> {}

impl<E: Sentence> FaultSentence<E> for &&Fault<E> {
    fn describe(&self, _: &mut Registry) -> BoundError {
        BoundError::Text
    }

    fn fault(&self, error: E) -> Failure {
        Failure::new(FailureCode::Failed, error.to_string())
    }
}

impl<E: DeclaredError + Serialize> FaultDeclared<E> for &Fault<E> {
    fn describe(&self, registry: &mut Registry) -> BoundError {
        BoundError::Declared {
            type_ref: registry.type_ref::<E>(),
        }
    }

    fn fault(&self, error: E) -> Failure {
        match serde_json::to_string(&error) {
            Ok(value) => Failure {
                code: FailureCode::Declared,
                message: error.message(),
                value: Some(value),
            },
            Err(reason) => Failure::new(
                FailureCode::InvalidResult,
                format!("the error has no JSON form: {reason}"),
            ),
        }
    }
}

impl<E> FaultText<E> for Fault<E> {
    fn describe(&self, _: &mut Registry) -> BoundError {
        BoundError::Text
    }

    fn fault(&self, error: E) -> Failure
    where
        E: IntoText,
    {
        Failure::new(FailureCode::Failed, error.into_text())
    }
}

/// An error that is told as text, with the errors that caused it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a binding",
    note = "use String, a type that implements Display, or a declared error: #[derive(Serialize, Deserialize, TS, Contract)]"
)]
pub trait IntoText {
    fn into_text(self) -> String;
}

impl<E: Display> IntoText for E {
    fn into_text(self) -> String {
        self.to_string()
    }
}
