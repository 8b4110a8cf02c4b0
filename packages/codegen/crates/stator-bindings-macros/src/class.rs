use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Error, Ident, ImplItem, ImplItemFn, ItemImpl, ItemStruct, Result, Visibility, ext::IdentExt, spanned::Spanned,
};

use crate::{
    code,
    docs::docs,
    names::camel_case,
    options::Options,
    parameter::last_segment,
    signature::{Mode, Receiver, Signature},
};

/// Where a function goes in the class.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Constructor,
    Static,
    Method,
    Getter,
    Setter,
}

struct Member {
    role: Role,
    description: TokenStream,
    export: TokenStream,
    export_ident: Ident,
}

/// Only takes the doc comment along.
pub(crate) fn docs_of_struct(item: &ItemStruct) -> TokenStream {
    let ident = &item.ident;
    let docs = docs(&item.attrs);
    let (generics, arguments, bounds) = item.generics.split_for_impl();
    quote! {
        #item

        impl #generics ::stator_bindings::private::HasDocs for #ident #arguments #bounds {
            const DOCS: &'static [&'static str] = #docs;
        }
    }
}

pub(crate) fn expand(options: &Options, mut item: ItemImpl) -> Result<TokenStream> {
    if let Some((_, path, _)) = &item.trait_ {
        return Err(Error::new_spanned(
            path,
            "a class is an impl block of its own, not of a trait",
        ));
    }
    let class = last_segment(&item.self_ty)
        .filter(|segment| segment.arguments.is_none() && item.generics.params.is_empty())
        .map(|segment| segment.ident.clone())
        .ok_or_else(|| Error::new_spanned(&item.self_ty, "JavaScript knows no generic classes: name one type"))?;
    let name = options
        .name
        .as_ref()
        .map_or_else(|| class.to_string(), syn::LitStr::value);
    let mut members = Vec::new();
    for function in item.items.iter_mut().filter_map(|item| match item {
        ImplItem::Fn(function) => Some(function),
        _ => None,
    }) {
        let place = members.len();
        members.extend(member(function, &class, &name, place)?);
    }
    if members.iter().filter(|member| member.role == Role::Constructor).count() > 1 {
        return Err(Error::new_spanned(
            &item.self_ty,
            "a class has one constructor; others are static methods",
        ));
    }
    let of = |role: Role| {
        members
            .iter()
            .filter(move |member| member.role == role)
            .map(|member| &member.description)
    };
    let (statics, methods) = (of(Role::Static), of(Role::Method));
    let (getters, setters) = (of(Role::Getter), of(Role::Setter));
    let constructor = match of(Role::Constructor).next() {
        Some(constructor) => quote!(::core::option::Option::Some(#constructor)),
        None => quote!(::core::option::Option::None),
    };
    let exports = members.iter().map(|member| &member.export);
    let export_idents = members.iter().map(|member| &member.export_ident);
    let prelude = code::prelude();
    let docs = docs(&item.attrs);
    let rust_name = class.to_string();
    Ok(quote! {
        #item

        const _: () = {
            #prelude
            #(#exports)*

            impl ::stator_bindings::Class for #class {
                const NAME: &'static str = #name;
            }

            impl __stator::Crosses for #class {}

            impl ::stator_bindings::Bindable for #class {
                fn describe(registry: &mut __stator::Registry) -> __stator::Binding {
                    let _ = &registry;
                    let own: &[&str] = #docs;
                    let docs = if own.is_empty() { (&&__stator::StructDocs::<#class>::NEW).docs() } else { own };
                    __stator::Binding::Class(__stator::BoundClass {
                        name: ::std::string::String::from(#name),
                        rust: ::std::format!("{}::{}", ::core::module_path!(), #rust_name),
                        docs: __stator::docs_of(docs),
                        construct: #constructor,
                        statics: ::std::vec![#(#statics),*],
                        methods: ::std::vec![#(#methods),*],
                        getters: ::std::vec![#(#getters),*],
                        setters: ::std::vec![#(#setters),*],
                    })
                }

                fn export(exports: &mut __stator::Exports<'_>) {
                    let _ = &exports;
                    #(exports.add::<#export_idents>();)*
                }
            }
        };
    })
}

/// None for functions that are not offered. Takes the attribute off.
fn member(function: &mut ImplItemFn, class: &Ident, class_name: &str, place: usize) -> Result<Option<Member>> {
    let marked = function
        .attrs
        .iter()
        .any(|attribute| attribute.path().is_ident("binding"));
    let options = Options::take(&mut function.attrs)?;
    let is_public = matches!(function.vis, Visibility::Public(_));
    if options.skip || !is_public {
        if marked && !options.skip {
            return Err(Error::new(
                function.sig.span(),
                "only public functions are offered to JavaScript: write `pub fn`",
            ));
        }
        return Ok(None);
    }
    let ident = &function.sig.ident;
    let signature = Signature::parse(&function.sig, &options, Some(class))?;
    let rust_name = ident.unraw().to_string();
    let role = role(&signature, &options, &rust_name, function, class)?;
    let name = options.name.as_ref().map_or_else(
        || match role {
            Role::Setter => camel_case(rust_name.strip_prefix("set_").unwrap_or(&rust_name)),
            _ => camel_case(&rust_name),
        },
        syn::LitStr::value,
    );
    let export_name = match role {
        Role::Constructor => format!("{class_name}.new"),
        Role::Setter => format!("{class_name}.{name}="),
        _ => format!("{class_name}.{name}"),
    };
    let docs = docs(&function.attrs);
    let call = code::describe(&export_name, &signature);
    let path = format!("{class}::{rust_name}");
    let description = quote!(__stator::BoundFunction {
           name: ::std::string::String::from(#name),
           rust: ::std::format!("{}::{}", ::core::module_path!(), #path),
           docs: __stator::docs_of(#docs),
           call: __stator::at(registry, #path, |registry| {
    let _ = &registry;
    #call
    }),
       });
    let export_ident = format_ident!("__Export{place}");
    let export = code::export(
        &export_ident,
        &export_name,
        &quote!(#class::#ident),
        &signature,
        Some(class),
    );
    Ok(Some(Member {
        role,
        description,
        export,
        export_ident,
    }))
}

fn role(signature: &Signature, options: &Options, name: &str, function: &ImplItemFn, class: &Ident) -> Result<Role> {
    let error = |sentence: &str| Err(Error::new(function.sig.span(), sentence));
    if usize::from(options.constructor) + usize::from(options.getter) + usize::from(options.setter) > 1 {
        return error("constructor, getter and setter exclude each other");
    }
    if options.constructor {
        if signature.receiver != Receiver::None || signature.mode != Mode::Sync || !signature.result.is(class) {
            return error(
                "a constructor has no self, is not async or blocking, and returns Self or a Result of it; \
                 write a static method for anything else",
            );
        }
        return Ok(Role::Constructor);
    }
    if options.getter || options.setter {
        let parameters = usize::from(options.setter);
        if signature.receiver == Receiver::None
            || signature.mode != Mode::Sync
            || signature.parameters.len() != parameters
        {
            return error(
                "a getter takes &self and nothing else, a setter self and one value; neither is async or blocking",
            );
        }
        return Ok(if options.getter { Role::Getter } else { Role::Setter });
    }
    if signature.receiver != Receiver::None {
        return Ok(Role::Method);
    }
    if name == "new" {
        return error("say that it is the constructor: #[binding(constructor)]");
    }
    Ok(Role::Static)
}
