//! The macro of `stator-bindings`. Use it from there.

mod class;
mod code;
mod docs;
mod function;
mod names;
mod options;
mod parameter;
mod raw;
mod result;
mod signature;

use proc_macro::TokenStream;
use syn::{Error, Item};

/// Offers a function or a class to JavaScript. `addon!` names all of them.
///
/// - **On a function:** `#[binding] pub fn add_numbers(a: i32, b: i32) -> i32` runs on JavaScript's thread;
///   `#[binding(blocking)]` runs on the addon's threads and gives a promise, and so does an `async fn`; a function that
///   returns `impl Iterator` or `impl Stream` gives an async iterable.
/// - **On an `impl` block:** its public functions become a class. `#[binding(constructor)]`, `#[binding(getter)]`,
///   `#[binding(setter)]` and `#[binding(skip)]` say what a function is; without `self` it is a static method.
/// - **On a struct:** takes its doc comment along as that of the class.
///
/// Options: `name = "..."` in JavaScript (the Rust name in camelCase if not given); `blocking`; `buffer = 64`: how many
/// items of a stream wait for JavaScript before Rust does (256).
///
/// `#[binding(raw)]`, above `#[napi]`, only describes an export that hand-written code calls as it is.
#[proc_macro_attribute]
pub fn binding(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as Item);
    expand(arguments.into(), item)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn expand(arguments: proc_macro2::TokenStream, item: Item) -> syn::Result<proc_macro2::TokenStream> {
    let options = options::Options::parse(arguments)?;
    match item {
        Item::Fn(item) if options.raw => raw::function(&options, &item),
        Item::Impl(item) if options.raw => raw::class(&options, &item),
        Item::Fn(item) => function::expand(&options, &item),
        Item::Impl(item) => class::expand(&options, item),
        Item::Struct(item) => Ok(class::docs_of_struct(&item)),
        other => Err(Error::new_spanned(
            other,
            "#[binding] stands on a function, on the impl block of a class, or on its struct",
        )),
    }
}
