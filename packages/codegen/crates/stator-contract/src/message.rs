use crate::{contract::Contract, registry::Registry, stream::Stream, type_ref::TypeRef};

/// What may stand as the request or the response of an endpoint: a contract type, or a [`Stream`] of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent or returned by an endpoint",
    note = "a request or a response is a type with #[derive(Serialize, Deserialize, TS, Contract)], or a Stream of one"
)]
pub trait Message {
    /// Whether there are many of it.
    const STREAM: bool;

    /// The type of the one value, or of each item.
    fn describe(registry: &mut Registry) -> TypeRef;
}

impl<T: Contract> Message for T {
    const STREAM: bool = false;

    fn describe(registry: &mut Registry) -> TypeRef {
        registry.type_ref::<T>()
    }
}

impl<T: Contract> Message for Stream<T> {
    const STREAM: bool = true;

    fn describe(registry: &mut Registry) -> TypeRef {
        registry.type_ref::<T>()
    }
}
