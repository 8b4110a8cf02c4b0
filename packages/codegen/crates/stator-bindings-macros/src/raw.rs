use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Attribute, Error, FnArg, ImplItem, ItemFn, ItemImpl, Pat, Result, ReturnType, Signature, Type, ext::IdentExt,
};

use crate::{
    docs::docs,
    names::camel_case,
    options::Options,
    parameter::{last_segment, type_arguments},
};

/// Describes a function that `#[napi]` exports.
pub(crate) fn function(options: &Options, item: &ItemFn) -> Result<TokenStream> {
    let ident = &item.sig.ident;
    let visibility = &item.vis;
    let described = describe(options, &item.sig, &item.attrs)?;
    Ok(quote! {
        #item

        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #visibility enum #ident {}

        impl ::stator_bindings::Bindable for #ident {
            fn describe(_: &mut ::stator_bindings::private::Registry) -> ::stator_bindings::private::Binding {
                use ::stator_bindings::private as __stator;
                __stator::Binding::RawFunction(#described)
            }

            fn export(_: &mut ::stator_bindings::private::Exports<'_>) {}
        }
    })
}

/// Describes a class that `#[napi]` exports.
pub(crate) fn class(options: &Options, item: &ItemImpl) -> Result<TokenStream> {
    let ty = &item.self_ty;
    let name = match (&options.name, last_segment(ty)) {
        (Some(name), _) => name.value(),
        (None, Some(segment)) => segment.ident.to_string(),
        (None, None) => return Err(Error::new_spanned(ty, "name one type")),
    };
    let docs = docs(&item.attrs);
    let mut constructor = quote!(::core::option::Option::None);
    let (mut statics, mut methods) = (Vec::new(), Vec::new());
    for function in item.items.iter().filter_map(|item| match item {
        ImplItem::Fn(function) => Some(function),
        _ => None,
    }) {
        let Some(napi) = function.attrs.iter().find(|attribute| is_napi(attribute)) else {
            continue;
        };
        let described = describe(&Options::default(), &function.sig, &function.attrs)?;
        if napi.to_token_stream().to_string().contains("constructor") {
            constructor = quote!(::core::option::Option::Some(#described));
        } else if function.sig.receiver().is_some() {
            methods.push(described);
        } else {
            statics.push(described);
        }
    }
    Ok(quote! {
        #item

        impl ::stator_bindings::Bindable for #ty {
            fn describe(_: &mut ::stator_bindings::private::Registry) -> ::stator_bindings::private::Binding {
                use ::stator_bindings::private as __stator;
                #[allow(unused_imports)]
                use __stator::{DocsOfStruct as _, NoDocs as _};
                let own: &[&str] = #docs;
                let docs = if own.is_empty() { (&&__stator::StructDocs::<#ty>::NEW).docs() } else { own };
                __stator::Binding::RawClass(__stator::RawClass {
                    name: ::std::string::String::from(#name),
                    docs: __stator::docs_of(docs),
                    construct: #constructor,
                    statics: ::std::vec![#(#statics),*],
                    methods: ::std::vec![#(#methods),*],
                })
            }

            fn export(_: &mut ::stator_bindings::private::Exports<'_>) {}
        }
    })
}

fn is_napi(attribute: &Attribute) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "napi")
}

fn describe(options: &Options, signature: &Signature, attributes: &[Attribute]) -> Result<TokenStream> {
    let name = options
        .name
        .as_ref()
        .map_or_else(|| camel_case(&signature.ident.unraw().to_string()), syn::LitStr::value);
    let docs = docs(attributes);
    let mut parameters = Vec::new();
    for argument in &signature.inputs {
        let FnArg::Typed(argument) = argument else { continue };
        let ty = without_reference(&argument.ty);
        if last_segment(ty).is_some_and(|segment| segment.ident == "Env") {
            continue;
        }
        let Pat::Ident(pattern) = &*argument.pat else {
            return Err(Error::new_spanned(&argument.pat, "give the parameter a name"));
        };
        let parameter = camel_case(&pattern.ident.unraw().to_string());
        let raw_type = raw_type(ty);
        parameters.push(quote!(__stator::RawParameter {
            name: ::std::string::String::from(#parameter),
            raw_type: __stator::RawType::#raw_type,
        }));
    }
    let result = match &signature.output {
        ReturnType::Default => quote!(Undefined),
        ReturnType::Type(_, ty) => match last_segment(ty) {
            Some(segment) if segment.ident == "Result" => type_arguments(segment)
                .first()
                .map_or_else(|| quote!(Unknown), raw_type),
            _ => raw_type(ty),
        },
    };
    Ok(quote!(__stator::RawFunction {
        name: ::std::string::String::from(#name),
        docs: __stator::docs_of(#docs),
        parameters: ::std::vec![#(#parameters),*],
        result: __stator::RawType::#result,
    }))
}

fn without_reference(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => without_reference(&reference.elem),
        other => other,
    }
}

/// What napi takes and gives for a Rust type.
fn raw_type(ty: &Type) -> TokenStream {
    if let Type::Tuple(tuple) = ty
        && tuple.elems.is_empty()
    {
        return quote!(Undefined);
    }
    let name = last_segment(without_reference(ty))
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default();
    match name.as_str() {
        "bool" => quote!(Boolean),
        "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "i64" | "f32" | "f64" => quote!(Number),
        "u64" | "u128" | "i128" | "BigInt" => quote!(Bigint),
        "String" | "str" | "JsString" => quote!(String),
        "Buffer" | "BufferSlice" | "Uint8Array" | "Uint8ArraySlice" => quote!(Uint8Array),
        "Uint32Array" | "Uint32ArraySlice" => quote!(Uint32Array),
        "Function" => quote!(Function),
        _ => quote!(Unknown),
    }
}
