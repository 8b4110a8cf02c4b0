use proc_macro2::TokenStream;
use quote::quote;
use serde_derive_internals::ast::{Container, Data};
use syn::{Generics, Result};

use crate::{container_attributes::ContainerAttributes, docs::docs};

/// What a value of the type says when an endpoint fails with it: a status and a sentence.
pub(crate) fn implement(container: &Container<'_>, generics: &Generics) -> Result<TokenStream> {
    let ident = &container.ident;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let of_type = ContainerAttributes::parse(&container.original.attrs)?;
    let (status, sentence) = match &container.data {
        Data::Struct(..) => {
            let docs = docs(&container.original.attrs);
            let name = ident.to_string();
            (of_type.status(), quote!((#name, #docs)))
        }
        Data::Enum(variants) => {
            let mut statuses = Vec::new();
            let mut sentences = Vec::new();
            for variant in variants {
                let variant_ident = &variant.ident;
                let own = ContainerAttributes::parse(&variant.original.attrs)?;
                if own.has_status() {
                    let status = own.status();
                    statuses.push(quote!(Self::#variant_ident { .. } => #status));
                }
                let docs = docs(&variant.original.attrs);
                let name = format!("{ident}: {}", variant.attrs.name().deserialize_name());
                sentences.push(quote!(Self::#variant_ident { .. } => (#name, #docs)));
            }
            let other = of_type.status();
            let statuses = if statuses.is_empty() {
                other
            } else if statuses.len() == variants.len() {
                quote!(match self { #(#statuses),* })
            } else {
                quote!(match self { #(#statuses,)* _ => #other })
            };
            (statuses, quote!(match self { #(#sentences),* }))
        }
    };
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::stator_contract::DeclaredError for #ident #type_generics #where_clause {
            fn http_status(&self) -> ::core::option::Option<u16> {
                #status
            }

            fn message(&self) -> ::std::string::String {
                use ::stator_contract::private::{ByDisplay as _, ByDocs as _, Said};
                let (name, docs): (&str, &[&str]) = #sentence;
                (&&Said(self)).said(name, docs)
            }
        }
    })
}
