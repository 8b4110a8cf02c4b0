use proc_macro2::TokenStream;
use quote::quote;
use serde_derive_internals::{
    ast::{Container, Data, Field, Style, Variant},
    attr::{Default, TagType},
};
use syn::Result;

use crate::{container_attributes::ContainerAttributes, describe_field, docs::docs};

/// An expression of type `Shape`, in a place where `registry` is in scope.
pub(crate) fn container(container: &Container<'_>) -> Result<TokenStream> {
    match &container.data {
        Data::Struct(style, fields) => {
            let ident = quote::format_ident!("container_default");
            let value = match container.attrs.default() {
                Default::None => None,
                Default::Default => Some(quote!(<Self as ::core::default::Default>::default())),
                Default::Path(path) => Some(quote!(#path())),
            };
            let container_default = value.is_some().then_some(&ident);
            let shape = content(*style, fields, &unknown_keys(container), container_default)?;
            let value = value.map(|value| quote!(let #ident: Self = #value;));
            Ok(quote!({ #value #shape }))
        }
        Data::Enum(variants) => enumeration(container, variants),
    }
}

fn enumeration(container: &Container<'_>, variants: &[Variant<'_>]) -> Result<TokenStream> {
    let tagging = match container.attrs.tag() {
        TagType::External => quote!(External),
        TagType::Internal { tag } => quote!(Internal { tag: ::std::string::String::from(#tag) }),
        TagType::Adjacent { tag, content } => quote!(Adjacent {
            tag: ::std::string::String::from(#tag),
            content: ::std::string::String::from(#content),
        }),
        TagType::None => quote!(Untagged),
    };
    let unknown_keys = unknown_keys(container);
    let variants = variants
        .iter()
        .filter(|variant| !variant.attrs.skip_deserializing())
        .map(|variant| {
            let name = variant.attrs.name().deserialize_name();
            let docs = docs(&variant.original.attrs);
            let other = variant.attrs.other();
            let aliases = variant.attrs.aliases().iter().filter(|alias| alias.as_str() != name);
            let status = ContainerAttributes::parse(&variant.original.attrs)?.status();
            let shape = content(variant.style, &variant.fields, &unknown_keys, None)?;
            Ok(quote!(__private::variant(registry, #name, #docs, &[#(#aliases),*], #status, #other, |registry| #shape)))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(quote!(::stator_contract::Shape::Enum {
        tagging: ::stator_contract::Tagging::#tagging,
        variants: ::std::vec![#(#variants),*],
        unknown_keys: #unknown_keys,
    }))
}

fn content(
    style: Style,
    fields: &[Field<'_>],
    unknown_keys: &TokenStream,
    container_default: Option<&syn::Ident>,
) -> Result<TokenStream> {
    let shape = quote!(::stator_contract::Shape);
    match style {
        Style::Unit => Ok(quote!({ let _ = &registry; #shape::Unit })),
        Style::Newtype => fields.iter().map(describe_field::newtype).collect(),
        Style::Tuple => {
            let items = fields
                .iter()
                .enumerate()
                .map(|(index, field)| describe_field::item(field, index))
                .collect::<Result<Vec<_>>>()?;
            Ok(quote!({ let _ = &registry; #shape::Tuple { items: ::std::vec![#(#items),*] } }))
        }
        Style::Struct => {
            let fields = fields
                .iter()
                .filter(|field| !(field.attrs.skip_serializing() && field.attrs.skip_deserializing()))
                .map(|field| describe_field::named(field, container_default))
                .collect::<Result<Vec<_>>>()?;
            Ok(quote!({
                let _ = &registry;
                #shape::Struct { fields: ::std::vec![#(#fields),*], unknown_keys: #unknown_keys }
            }))
        }
    }
}

fn unknown_keys(container: &Container<'_>) -> TokenStream {
    if container.attrs.deny_unknown_fields() {
        quote!(::stator_contract::UnknownKeys::Refuse)
    } else {
        quote!(::stator_contract::UnknownKeys::Strip)
    }
}
