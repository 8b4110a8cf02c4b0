use crate::contract::Contract;

/// An error that an endpoint may declare: any struct or enum with `#[derive(Contract)]`.
///
/// A method that returns `Result<Count, CountError>` declares `CountError`. Callers in every language get the value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the declared error of an endpoint",
    note = "a declared error is a struct or an enum with #[derive(Serialize, Deserialize, TS, Contract)]"
)]
pub trait DeclaredError: Contract {
    /// The HTTP status that `#[contract(status = 404)]` gives to the variant, or to the whole type.
    fn http_status(&self) -> Option<u16>;

    /// The text of `Display` if the type has it, else the first paragraph of the documentation of the variant or of the
    /// struct, else its name.
    fn message(&self) -> String;
}
