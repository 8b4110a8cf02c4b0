use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Error, ItemTrait, LitStr, Result, Token, TraitItem, parse::Parser, spanned::Spanned};

use crate::{docs::docs, endpoint, service_side};

pub(crate) fn expand(arguments: TokenStream, mut item: ItemTrait) -> Result<TokenStream> {
    let mut namespace: Option<LitStr> = None;
    let mut component: Option<LitStr> = None;
    let mut service_when: Option<TokenStream> = None;
    let parser = syn::meta::parser(|meta| {
        if meta.path.is_ident("namespace") {
            namespace = Some(address_part(meta.value()?.parse()?)?);
        } else if meta.path.is_ident("component") {
            component = Some(address_part(meta.value()?.parse()?)?);
        } else if meta.path.is_ident("service") {
            service_when = Some(if meta.input.peek(Token![=]) {
                let feature: LitStr = meta.value()?.parse()?;
                quote!(#[cfg(feature = #feature)])
            } else {
                quote!()
            });
        } else {
            return Err(meta.error(
                "unknown option; expected namespace = \"...\", component = \"...\", service or service = \"cargo-feature\"",
            ));
        }
        Ok(())
    });
    parser.parse2(arguments)?;
    let Some(namespace) = namespace else {
        return Err(Error::new(
            item.ident.span(),
            "name the namespace: #[contract_service(namespace = \"hello\")]",
        ));
    };
    if !item.generics.params.is_empty() || !item.supertraits.is_empty() {
        return Err(Error::new_spanned(
            &item.ident,
            "a contract is a plain trait, without parameters or supertraits",
        ));
    }

    let name = item.ident.to_string();
    let component = component.unwrap_or_else(|| LitStr::new(&kebab_case(&name), item.ident.span()));
    let mut endpoints = Vec::new();
    let mut methods = Vec::new();
    for member in &mut item.items {
        match member {
            TraitItem::Fn(method) => {
                let (described, method) = endpoint::describe(method)?;
                endpoints.push(described);
                methods.push(method);
            }
            other => {
                return Err(Error::new(
                    other.span(),
                    "a contract holds only methods, which are its endpoints",
                ));
            }
        }
    }
    if endpoints.is_empty() {
        return Err(Error::new_spanned(
            &item.ident,
            "a contract without methods promises nothing",
        ));
    }

    let visibility = &item.vis;
    let docs = docs(&item.attrs);
    let contract = format_ident!("{}Contract", item.ident);
    let service_side = match &service_when {
        Some(when) => service_side::expand(&item, &contract, when, &methods)?,
        None => TokenStream::new(),
    };
    let about = format!("The contract of [`{name}`], for `Contracts::service`.");
    Ok(quote! {
        // The trait is read, not called: whether its futures are Send does not matter.
        #[allow(async_fn_in_trait, dead_code)]
        #item

        #[doc = #about]
        #[derive(Debug, Clone, Copy)]
        #visibility struct #contract;

        #[automatically_derived]
        impl ::stator_contract::ServiceContract for #contract {
            const CRATE: &'static str = ::core::env!("CARGO_PKG_NAME");

            fn describe(registry: &mut ::stator_contract::Registry) -> ::stator_contract::Service {
                use ::stator_contract::private as __private;
                __private::service(registry, #name, #docs, #namespace, #component, |registry| {
                    ::std::vec![#(#endpoints),*]
                })
            }
        }

        #service_side
    })
}

/// A namespace, a component or an endpoint: what the runtime accepts in an address.
pub(crate) fn address_part(text: LitStr) -> Result<LitStr> {
    let value = text.value();
    let fits = !value.is_empty()
        && value.len() <= 128
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if fits {
        Ok(text)
    } else {
        Err(Error::new(text.span(), "use 1 to 128 letters, digits, - and _"))
    }
}

fn kebab_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut text = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(index + 1);
        // HTTPGateway is http-gateway: a capital starts a word after a small letter, and before one.
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before| !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase()));
        if starts_word {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::kebab_case;

    #[test]
    fn component_names() {
        assert_eq!(kebab_case("Backend"), "backend");
        assert_eq!(kebab_case("VllmWorker"), "vllm-worker");
        assert_eq!(kebab_case("HTTPGateway"), "http-gateway");
    }
}
