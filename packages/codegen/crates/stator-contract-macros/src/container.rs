use proc_macro2::TokenStream;
use quote::quote;
use serde_derive_internals::{
    Ctxt, Derive,
    ast::{Container, Data, Style, Variant},
    attr::TagType,
};
use syn::{DeriveInput, Error, Result, parse_quote};

use crate::{
    check,
    container_attributes::ContainerAttributes,
    declared_error, describe_shape,
    docs::docs,
    refuse::{self, Refusals},
};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let context = Ctxt::new();
    let container = Container::from_ast(&context, input, Derive::Deserialize);
    context.check()?;
    let Some(container) = container else {
        return Err(Error::new_spanned(input, "serde cannot read this type"));
    };
    let mut refusals = Refusals::default();
    refuse::check_container(&container, &mut refusals);
    refusals.finish()?;

    let ident = &input.ident;
    let shape = describe_shape::container(&container)?;
    let docs = docs(&input.attrs);
    let status = ContainerAttributes::parse(&input.attrs)?.status();
    let arguments: Vec<_> = input.generics.type_params().map(|parameter| &parameter.ident).collect();
    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(::stator_contract::Contract));
    }
    let declared_error = declared_error::implement(&container, &generics)?;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let check = check::method(&container)?;
    let map_key = map_key_arms(&container).map(|arms| {
        quote! {
            #[automatically_derived]
            impl #impl_generics ::stator_contract::MapKey for #ident #type_generics #where_clause {
                fn text(&self) -> ::std::string::String {
                    ::std::string::String::from(match self { #(#arms),* })
                }
            }
        }
    });
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::stator_contract::Contract for #ident #type_generics #where_clause {
            fn describe(registry: &mut ::stator_contract::Registry) -> ::stator_contract::TypeRef {
                use ::stator_contract::private as __private;
                let arguments: &[::stator_contract::TypeRef] =
                    &[#(<#arguments as ::stator_contract::Contract>::describe(registry)),*];
                __private::named::<Self>(registry, arguments, #docs, #status, |registry| #shape)
            }

            #check
        }
        #declared_error
        #map_key
    })
}

/// serde writes a unit variant as text when it is a key.
fn map_key_arms(container: &Container<'_>) -> Option<Vec<TokenStream>> {
    match &container.data {
        Data::Enum(variants)
            if matches!(container.attrs.tag(), TagType::External)
                && variants.iter().all(|variant| matches!(variant.style, Style::Unit)) =>
        {
            let arm = |variant: &Variant<'_>| {
                let (ident, name) = (&variant.ident, variant.attrs.name().serialize_name());
                quote!(Self::#ident => #name)
            };
            Some(variants.iter().map(arm).collect())
        }
        _ => None,
    }
}
