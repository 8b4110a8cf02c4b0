use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The doc comment as expressions of `&str`, one a line; `#[doc = concat!(...)]` stays an expression.
pub(crate) fn docs(attributes: &[Attribute]) -> proc_macro2::TokenStream {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => Some(match &doc.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => text.to_token_stream(),
            expression => expression.to_token_stream(),
        }),
        _ => None,
    });
    quote::quote!(&[#(#lines),*])
}

/// The doc comment as it stands, for what is generated beside.
pub(crate) fn doc_attributes(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .cloned()
        .collect()
}
