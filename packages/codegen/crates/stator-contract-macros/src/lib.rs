//! The macros of `stator-contract`. Use them from there.

mod attributes;
mod check;
mod container;
mod container_attributes;
mod declared_error;
mod describe_field;
mod describe_shape;
mod docs;
mod endpoint;
mod refuse;
mod service;
mod service_side;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Records what a struct or an enum looks like on the wire, exactly as serde writes and reads it.
///
/// Stands beside `Serialize`, `Deserialize` and `TS`. It reads serde's own attributes; what cannot be described exactly
/// is a compile error that says what to write instead.
///
/// On a field, `#[contract(...)]` adds what the type does not say:
/// - `min_length`, `max_length`: as `len()` counts (UTF-8 bytes of text, items, entries);
/// - `min`, `max`: inclusive limits of a number;
/// - `integer = "bigint" | "number" | "string"`: how wide integers are held in TypeScript (`bigint` if not given);
/// - `as = "Type"`: the type that serde really writes, for fields with `#[serde(with = "...")]`.
///
/// On a variant, or on a whole type, `#[contract(status = 404)]` is the HTTP status of an endpoint that fails with it.
#[proc_macro_derive(Contract, attributes(contract, serde, ts))]
pub fn derive_contract(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    container::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Describes a service by a trait, whose methods are its endpoints.
///
/// `#[contract_service(namespace = "hello", component = "backend")]`; the component defaults to the name of the trait in
/// kebab-case. A method takes one request and gives one response; a `Stream<T>` on either side makes that side a stream.
/// A method that returns a `Result` declares an error: `Result<Count, CountError>`, `Result<Stream<Token>, TokenError>`.
/// `#[endpoint(...)]` on a method: `name = "..."` on the wire (the method's name in camelCase if not given),
/// `timeout_ms = 1000`, `idempotent`.
///
/// The trait `Backend` gets a type `BackendContract`, which goes to `Contracts::service`.
///
/// `service = "runtime"` names a Cargo feature of the contract crate that brings its optional dependency
/// `stator-service`; plain `service` is for crates that always have it. Then there are also `BackendService`, the trait
/// that a service in Rust implements, `BackendContract::serve`, and `BackendClient`. A service method takes the request
/// and the context; for a stream of requests it takes `Incoming`, and a stream of responses goes into `Items`:
///
/// ```ignore
/// fn generate(&self, request: Words) -> Result<Stream<Token>, TokenError>;                     // in the contract
/// async fn generate(&self, request: Words, items: Items<Token, TokenError>, context: Context)  // in the service
///     -> Result<(), Failure<TokenError>>
/// ```
#[proc_macro_attribute]
pub fn contract_service(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as syn::ItemTrait);
    service::expand(arguments.into(), item)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
