use crate::{
    check::{Asked, Misfit},
    registry::Registry,
    type_ref::TypeRef,
};

/// A type whose form on the wire is known exactly. Derive it, beside `Serialize`, `Deserialize` and `TS`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no exact form in a contract",
    note = "a struct or an enum of your own: add #[derive(Serialize, Deserialize, TS, Contract)]",
    note = "usize, isize: their width depends on the machine; use u32 or u64",
    note = "Duration, SystemTime: use stator_contract::Millis and stator_contract::UnixMillis",
    note = "bytes::Bytes: serde would write a list of numbers; use stator_contract::Bytes, or stator_contract::base64",
    note = "chrono, uuid, url, indexmap: enable the feature of that name of stator-contract",
    note = "a type of another crate: add #[contract(as = \"String\")] and #[ts(as = \"String\")] to the field, naming the type that serde writes for it"
)]
pub trait Contract: ts_rs::TS {
    /// How the type is written where it is used. A type with a name puts its definition into the registry.
    fn describe(registry: &mut Registry) -> TypeRef;

    /// Checks what serde does not know: limits, wide integers that are a `number` in TypeScript, finite numbers.
    ///
    /// `asked` is what the field that holds the value says. For a whole message use [`check`](crate::check).
    ///
    /// # Errors
    /// With the first part of the value that does not fit.
    fn check_contract(&self, _asked: &Asked) -> Result<(), Misfit> {
        Ok(())
    }
}
