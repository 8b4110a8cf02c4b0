//! Offers Rust functions and classes to JavaScript.
//!
//! `#[binding]` stands on a function or on the `impl` block of a class, [`addon!`] names all of them once. Values are
//! checked where they cross, in the generated TypeScript and again here; failures cross as values and are thrown by the
//! generated stubs as typed errors; a panic fails one call and never the process.
//!
//! The exports that this crate makes are for the generated stubs only.

#[cfg(panic = "abort")]
compile_error!("a panic would end the whole process: build addons with panic = \"unwind\"");

// Lets the macros name this crate the same way inside and outside of it.
extern crate self as stator_bindings;

mod addon;
mod call;
mod callback;
mod cancellation;
mod class;
mod crossed;
mod direct;
mod environment;
mod failure;
mod inbox;
mod internal_exports;
mod js_value;
mod macros;
mod pool;
#[doc(hidden)]
pub mod private;
mod stream;
mod task;
mod work;

pub use addon::{Bindable, document_text};
pub use callback::{Callback, CallbackError};
pub use cancellation::{Cancellation, Cancelled};
pub use class::Class;
pub use failure::{Failure, FailureCode};
pub use stator_bindings_macros::binding;
