use proc_macro2::TokenStream;
use quote::quote;
use serde_derive_internals::{ast::Field, attr::Default};
use syn::{Result, Type};

use crate::{attributes::FieldAttributes, docs::docs};

/// A field with a name. `container_default` is the variable that holds the default of the whole struct, if it has one.
pub(crate) fn named(field: &Field<'_>, container_default: Option<&syn::Ident>) -> Result<TokenStream> {
    let attributes = FieldAttributes::parse(&field.original.attrs)?;
    let name = field.attrs.name().deserialize_name();
    let docs = docs(&field.original.attrs);
    let ty = described_type(field, &attributes);
    let notes = notes(field, &attributes);
    let default = default(field, container_default);
    Ok(quote!(__private::field::<#ty>(registry, #name, #docs, #notes, #default)))
}

/// A field without a name, which has a place instead.
pub(crate) fn item(field: &Field<'_>, index: usize) -> Result<TokenStream> {
    let attributes = FieldAttributes::parse(&field.original.attrs)?;
    let ty = described_type(field, &attributes);
    let notes = notes(field, &attributes);
    Ok(quote!(__private::item::<#ty>(registry, #index, &#notes)))
}

/// The one field of a newtype.
pub(crate) fn newtype(field: &Field<'_>) -> Result<TokenStream> {
    let attributes = FieldAttributes::parse(&field.original.attrs)?;
    let ty = described_type(field, &attributes);
    let notes = notes(field, &attributes);
    Ok(quote!(__private::newtype::<#ty>(registry, #notes)))
}

fn described_type(field: &Field<'_>, attributes: &FieldAttributes) -> Type {
    attributes.described_as.clone().unwrap_or_else(|| field.ty.clone())
}

fn notes(field: &Field<'_>, attributes: &FieldAttributes) -> TokenStream {
    let limits = attributes.limits();
    let policy = attributes.policy();
    let may_be_absent = field.attrs.skip_serializing() || field.attrs.skip_serializing_if().is_some();
    let flatten = field.attrs.flatten();
    let own_reader = field.attrs.deserialize_with().is_some();
    quote!(__private::FieldNotes {
        limits: #limits,
        policy: #policy,
        may_be_absent: #may_be_absent,
        flatten: #flatten,
        own_reader: #own_reader,
    })
}

fn default(field: &Field<'_>, container_default: Option<&syn::Ident>) -> TokenStream {
    let ty = field.ty;
    let value = match (field.attrs.default(), container_default) {
        (Default::Default, _) => quote!(&<#ty as ::core::default::Default>::default()),
        (Default::Path(path), _) => quote!(&{ let value: #ty = #path(); value }),
        (Default::None, Some(container)) => {
            let member = &field.member;
            quote!(&#container.#member)
        }
        (Default::None, None) => return quote!(::core::option::Option::None),
    };
    quote!(::core::option::Option::Some(&|| __private::default_json::<#ty>(#value)))
}
