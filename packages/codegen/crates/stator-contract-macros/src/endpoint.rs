use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, FnArg, Ident, LitInt, LitStr, Result, ReturnType, TraitItemFn, Type, ext::IdentExt};

use crate::{
    docs::{doc_attributes, docs},
    service::address_part,
};

/// An expression of type `Endpoint`, and the method as it stands in the trait. Takes the `#[endpoint]` attribute off it.
pub(crate) fn describe(method: &mut TraitItemFn) -> Result<(TokenStream, Method)> {
    let signature = &method.sig;
    let method_name = signature.ident.unraw().to_string();
    let mut name = LitStr::new(&camel_case(&method_name), signature.ident.span());
    let mut timeout_ms: Option<LitInt> = None;
    let mut idempotent = false;
    for attribute in method
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("endpoint"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("name") {
                name = address_part(meta.value()?.parse()?)?;
            } else if meta.path.is_ident("timeout_ms") {
                timeout_ms = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("idempotent") {
                idempotent = true;
            } else {
                return Err(meta.error("unknown option; expected name = \"...\", timeout_ms = 1000 or idempotent"));
            }
            Ok(())
        })?;
    }
    if method.default.is_some() {
        return Err(Error::new_spanned(
            &signature.ident,
            "an endpoint of a contract has no body",
        ));
    }
    if !signature.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &signature.generics,
            "an endpoint of a contract has no type parameters",
        ));
    }
    let mut inputs = signature.inputs.iter();
    let (Some(FnArg::Receiver(_)), Some(FnArg::Typed(request)), None) = (inputs.next(), inputs.next(), inputs.next())
    else {
        return Err(Error::new_spanned(
            &signature.ident,
            "an endpoint takes &self and one request; put several arguments into one struct",
        ));
    };
    let ReturnType::Type(_, output) = &signature.output else {
        return Err(Error::new_spanned(
            &signature.ident,
            "an endpoint returns a response; use an empty struct for none",
        ));
    };

    let input = &request.ty;
    let docs = docs(&method.attrs);
    let timeout_ms = match timeout_ms {
        Some(timeout_ms) => quote!(::core::option::Option::Some(#timeout_ms)),
        None => quote!(::core::option::Option::None),
    };
    let described = quote! {
        __private::endpoint::<#input, #output>(registry, &__private::EndpointNotes {
            name: #name,
            method: #method_name,
            docs: #docs,
            timeout_ms: #timeout_ms,
            idempotent: #idempotent,
        })
    };
    let found = Method {
        ident: signature.ident.clone(),
        docs: doc_attributes(&method.attrs),
        input: (**input).clone(),
        output: (**output).clone(),
    };
    method.attrs.retain(|attribute| !attribute.path().is_ident("endpoint"));
    Ok((described, found))
}

/// A method of a contract's trait.
pub(crate) struct Method {
    pub ident: Ident,
    pub docs: Vec<Attribute>,
    pub input: Type,
    pub output: Type,
}

/// `count_words` to `countWords`: a class in TypeScript calls its method so, and serves it under that name.
fn camel_case(name: &str) -> String {
    let mut text = String::new();
    for (index, word) in name.split('_').filter(|word| !word.is_empty()).enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if index > 0 => text.extend(first.to_uppercase()),
            Some(first) => text.push(first),
            None => {}
        }
        text.push_str(letters.as_str());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn endpoint_names() {
        assert_eq!(camel_case("generate"), "generate");
        assert_eq!(camel_case("count_words"), "countWords");
        assert_eq!(camel_case("_get_2_x_"), "get2X");
    }
}
