//! Describes Rust types and services in one document, from which every other language is generated.
//!
//! A contract crate derives [`Contract`] beside `Serialize`, `Deserialize` and `TS` on its types, writes its services as
//! traits under [`contract_service`], and has a binary of one line:
//!
//! ```ignore
//! stator_contract::main!(my_contract::contracts);
//! ```
//!
//! The binary prints a [`Document`]. It comes out of the compiled crate, so macros, aliases, features and default
//! values are what the compiler made of them, not what a reader of the source would guess.

// Lets the macros name this crate the same way inside and outside of it.
extern crate self as stator_contract;

pub mod base64;
mod binding;
mod bytes;
mod check;
mod constant;
mod contract;
mod contracts;
pub mod decimal;
mod declared_error;
mod document;
mod endpoint;
mod field;
mod hash;
mod impls;
mod limits;
mod main_macro;
mod map_key;
mod message;
#[doc(hidden)]
pub mod private;
mod registry;
mod reply;
mod service;
mod service_document;
mod shape;
mod stream;
mod times;
mod ts_rs_text;
mod type_definition;
mod type_ref;
mod variant;

pub use binding::{
    Binding, Bindings, BoundCall, BoundClass, BoundError, BoundFunction, BoundType, CallMode, Form, Parameter,
    RawClass, RawFunction, RawParameter, RawType,
};
pub use bytes::Bytes;
pub use check::{Asked, Misfit, Segment};
pub use constant::Constant;
pub use contract::Contract;
pub use contracts::Contracts;
pub use declared_error::DeclaredError;
pub use document::{DOCUMENT_VERSION, Document};
pub use endpoint::{Endpoint, EndpointKind};
pub use field::Field;
pub use limits::{Bound, Limits};
pub use main_macro::print_document;
pub use map_key::MapKey;
pub use message::Message;
pub use registry::Registry;
pub use reply::Reply;
pub use service::{Service, ServiceContract};
pub use shape::{Shape, Tagging, UnknownKeys};
pub use stator_contract_macros::{Contract, contract_service};
pub use stream::Stream;
pub use times::{Millis, UnixMillis};
pub use ts_rs_text::TsRsText;
pub use type_definition::TypeDefinition;
pub use type_ref::{IntegerPolicy, TextFormat, TypeRef};
pub use variant::Variant;

/// Checks a whole message for what serde does not know, as every generated validator does.
///
/// # Errors
/// With the first part that does not fit, and its path.
pub fn check<T: Contract + ?Sized>(message: &T) -> Result<(), Misfit> {
    message.check_contract(&Asked::NOTHING)
}
