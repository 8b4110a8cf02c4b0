use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use serde_derive_internals::{
    ast::{Container, Data, Field, Style, Variant},
    attr::TagType,
};
use syn::{Result, Type, spanned::Spanned};

use crate::attributes::FieldAttributes;

/// The method `check_contract` of a type; nothing when no part of it can break its contract.
pub(crate) fn method(container: &Container<'_>) -> Result<TokenStream> {
    let body = match &container.data {
        Data::Struct(style, fields) => {
            let checks = fields
                .iter()
                .enumerate()
                .map(|(index, field)| {
                    let member = &field.member;
                    // What limits ask of a newtype's field is asked of the newtype itself, under the same path.
                    check(field, index, *style, &quote!(&self.#member))
                })
                .collect::<Result<Vec<_>>>()?;
            quote!(#(#checks)*)
        }
        Data::Enum(variants) => {
            let arms = variants
                .iter()
                .map(|variant| arm(variant, container.attrs.tag()))
                .collect::<Result<Vec<_>>>()?;
            if arms.iter().all(Option::is_none) {
                quote!()
            } else {
                let other = arms.iter().any(Option::is_none).then(|| quote!(_ => {}));
                let arms = arms.into_iter().flatten();
                quote!(match self { #(#arms)* #other })
            }
        }
    };
    if body.is_empty() {
        return Ok(body);
    }
    Ok(quote! {
        fn check_contract(
            &self,
            _: &::stator_contract::Asked,
        ) -> ::core::result::Result<(), ::stator_contract::Misfit> {
            #body
            ::core::result::Result::Ok(())
        }
    })
}

/// An arm of a `match`; none when there is nothing to check in the variant.
fn arm(variant: &Variant<'_>, tag: &TagType) -> Result<Option<TokenStream>> {
    if variant.attrs.skip_serializing() && variant.attrs.skip_deserializing() {
        return Ok(None);
    }
    let mut checks = Vec::new();
    let mut bindings = Vec::new();
    for (index, field) in variant.fields.iter().enumerate() {
        let binding = format_ident!("field{index}");
        let check = check(field, index, variant.style, &quote!(#binding))?;
        if !check.is_empty() {
            let member = &field.member;
            checks.push(check);
            bindings.push(quote!(#member: #binding));
        }
    }
    if checks.is_empty() {
        return Ok(None);
    }
    let ident = &variant.ident;
    let name = variant.attrs.name().deserialize_name();
    // The key under which the content stands.
    let key = match tag {
        TagType::External => Some(name),
        TagType::Adjacent { content, .. } => Some(content.as_str()),
        TagType::Internal { .. } | TagType::None => None,
    };
    let checks = match key {
        None => quote!(#(#checks)*),
        Some(key) => quote! {
            let content = || -> ::core::result::Result<(), ::stator_contract::Misfit> {
                #(#checks)*
                ::core::result::Result::Ok(())
            };
            content().map_err(|misfit| misfit.inside(#key))?;
        },
    };
    Ok(Some(quote!(Self::#ident { #(#bindings,)* .. } => { #checks })))
}

/// A statement that checks one field, or nothing. `value` is a reference to it.
fn check(field: &Field<'_>, index: usize, style: Style, value: &TokenStream) -> Result<TokenStream> {
    if field.attrs.skip_serializing() && field.attrs.skip_deserializing() {
        return Ok(quote!());
    }
    let attributes = FieldAttributes::parse(&field.original.attrs)?;
    let asked = attributes.asked();
    let checked = match (&attributes.described_as, asked) {
        (None, asked) if may_break(field.ty) || asked.is_some() => {
            let asked = asked.unwrap_or_else(|| quote!(::stator_contract::Asked::NOTHING));
            // A type without a contract is told of where it stands.
            let span = field.ty.span();
            quote_spanned!(span=> ::stator_contract::Contract::check_contract(#value, &#asked))
        }
        (Some(described), Some(asked)) if is_bytes(described) => {
            quote!(::stator_contract::private::check_bytes(#value, &#asked))
        }
        (Some(described), Some(asked)) => {
            let written = match field.attrs.serialize_with() {
                Some(path) => quote!(#path(#value, ::stator_contract::private::serde_json::value::Serializer)),
                None => quote!(::stator_contract::private::serde_json::to_value(#value)),
            };
            quote!(::stator_contract::private::check_written::<#described>(#written, &#asked))
        }
        // The type of another crate has nothing of a contract in it.
        _ => return Ok(quote!()),
    };
    let name = field.attrs.name().deserialize_name();
    Ok(match style {
        Style::Struct if field.attrs.flatten() => quote!(#checked?;),
        Style::Struct => quote!(#checked.map_err(|misfit| misfit.inside(#name))?;),
        Style::Tuple => quote!(#checked.map_err(|misfit| misfit.inside(#index))?;),
        Style::Newtype | Style::Unit => quote!(#checked?;),
    })
}

/// Types whose every value fits, whatever the name stands for: less code for the most frequent fields.
fn may_break(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return true };
    !path.path.get_ident().is_some_and(|ident| {
        let plain = [
            "bool", "char", "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "u128", "i128", "String",
        ];
        plain.iter().any(|name| ident == name)
    })
}

fn is_bytes(described: &Type) -> bool {
    matches!(described, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Bytes"))
}
