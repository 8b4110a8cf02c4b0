use crate::{declared_error::DeclaredError, message::Message, registry::Registry, type_ref::TypeRef};

/// What an endpoint returns: a response, a [`Stream`](crate::Stream) of items, or a `Result` of one of them with the
/// error that the endpoint declares.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned by an endpoint",
    note = "a response is a type with #[derive(Serialize, Deserialize, TS, Contract)], or a Stream of one",
    note = "an endpoint that declares an error returns Result<Response, Error> or Result<Stream<Item>, Error>, whose \
            error is a struct or an enum with the same derives",
    note = "failures that callers need not tell apart need no Result: every endpoint can fail with an error code"
)]
pub trait Reply {
    /// What comes when the call succeeds.
    type Success: Message;

    /// The declared error, if there is one.
    fn describe_error(registry: &mut Registry) -> Option<TypeRef>;
}

impl<T: Message> Reply for T {
    type Success = T;

    fn describe_error(_: &mut Registry) -> Option<TypeRef> {
        None
    }
}

impl<T: Message, E: DeclaredError> Reply for Result<T, E> {
    type Success = T;

    fn describe_error(registry: &mut Registry) -> Option<TypeRef> {
        Some(registry.type_ref::<E>())
    }
}
