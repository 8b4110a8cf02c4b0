use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Error, ItemFn, Result, ext::IdentExt, spanned::Spanned};

use crate::{
    code,
    docs::docs,
    names::camel_case,
    options::Options,
    signature::{Receiver, Signature},
};

pub(crate) fn expand(options: &Options, item: &ItemFn) -> Result<TokenStream> {
    if options.constructor || options.getter || options.setter || options.skip {
        return Err(Error::new(
            item.sig.span(),
            "constructor, getter, setter and skip are for the functions of a class: put #[binding] on its impl block",
        ));
    }
    let signature = Signature::parse(&item.sig, options, None)?;
    if signature.receiver != Receiver::None {
        return Err(Error::new_spanned(
            &item.sig.inputs,
            "put #[binding] on the impl block, not on its functions",
        ));
    }
    let ident = &item.sig.ident;
    let visibility = &item.vis;
    let name = options
        .name
        .as_ref()
        .map_or_else(|| camel_case(&ident.unraw().to_string()), syn::LitStr::value);
    let docs = docs(&item.attrs);
    let prelude = code::prelude();
    let export_ident = format_ident!("__Export");
    let export = code::export(&export_ident, &name, &quote!(#ident), &signature, None);
    let call = code::describe(&name, &signature);
    let rust_name = ident.to_string();
    Ok(quote! {
           #item

           // A type of the function's name, so that lists of bindings name functions and classes alike.
           #[doc(hidden)]
           #[allow(non_camel_case_types)]
           #visibility enum #ident {}

           const _: () = {
               #prelude
               #export

               impl ::stator_bindings::Bindable for #ident {
                   fn describe(registry: &mut __stator::Registry) -> __stator::Binding {
                       let _ = &registry;
                       __stator::Binding::Function(__stator::BoundFunction {
                           name: ::std::string::String::from(#name),
                           rust: ::std::format!("{}::{}", ::core::module_path!(), #rust_name),
                           docs: __stator::docs_of(#docs),
                           call: __stator::at(registry, #rust_name, |registry| {
    let _ = &registry;
    #call
    }),
                       })
                   }

                   fn export(exports: &mut __stator::Exports<'_>) {
                       exports.add::<#export_ident>();
                   }
               }
           };
       })
}
