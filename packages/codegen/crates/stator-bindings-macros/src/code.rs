use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{Ident, Type};

use crate::{
    parameter::{Parameter, ParameterKind},
    signature::{Mode, Receiver, Signature},
};

/// The items that are in scope in all generated code.
pub(crate) fn prelude() -> TokenStream {
    quote! {
        use ::stator_bindings::private as __stator;
        #[allow(unused_imports)]
        use __stator::{
            DocsOfStruct as _, FaultDeclared as _, FaultSentence as _, FaultText as _,
            GiveBytesItem as _, GiveDirect as _, GiveJson as _, GiveJsonItem as _, GiveNothing as _, GiveObject as _,
            HoldDirect as _, HoldJson as _, HoldObject as _, NoDocs as _, TakeDirect as _, TakeJson as _,
        };
    }
}

/// `Self` of a class by its name, because the generated code stands outside of its `impl` block.
pub(crate) fn replace_self(ty: &Type, class: Option<&Ident>) -> Type {
    let Some(class) = class else { return ty.clone() };
    syn::parse2(replace(ty.to_token_stream(), class)).unwrap_or_else(|_| ty.clone())
}

fn replace(tokens: TokenStream, class: &Ident) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => TokenTree::Ident(class.clone()),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replace(group.stream(), class));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        })
        .collect()
}

/// The implementation of one raw export: takes the arguments, calls the function, gives back what it returned.
pub(crate) fn export(
    export: &Ident,
    name: &str,
    function: &TokenStream,
    signature: &Signature,
    class: Option<&Ident>,
) -> TokenStream {
    let body = match signature.mode {
        Mode::Sync => sync_body(function, signature, class),
        Mode::Task | Mode::Stream => off_thread_body(function, signature, class),
    };
    let assertions = signature
        .parameters
        .iter()
        .filter_map(Parameter::assertion)
        .chain(signature.result.assertion());
    quote! {
        struct #export;

        impl __stator::Export for #export {
            const NAME: &'static str = #name;

            fn call(__call: &__stator::Call) -> __stator::Outcome {
                let _ = __call;
                #body
            }
        }

        const _: fn() = || { #(#assertions)* };
    }
}

/// An expression of type `BoundCall` of the document.
pub(crate) fn describe(name: &str, signature: &Signature) -> TokenStream {
    let mode = signature.mode_in_document();
    let parameters = signature.parameters.iter().map(Parameter::describe);
    let result = signature.result.describe();
    quote!(__stator::BoundCall {
        export: ::std::string::String::from(#name),
        mode: #mode,
        parameters: ::std::vec![#(#parameters)*],
        #result
    })
}

fn sync_body(function: &TokenStream, signature: &Signature, class: Option<&Ident>) -> TokenStream {
    let mut index = usize::from(signature.receiver != Receiver::None);
    let mut steps = Vec::new();
    let mut arguments = receiver_argument(signature);
    if let (Some(class), true) = (class, signature.receiver != Receiver::None) {
        let lock = if signature.receiver == Receiver::Exclusive {
            quote!(let mut __this = __object.write()?;)
        } else {
            quote!(let __this = __object.read()?;)
        };
        steps.push(quote!(let __object = __call.object::<#class>(0)?; #lock));
    }
    for (place, parameter) in signature.parameters.iter().enumerate() {
        let (variable, held) = (format_ident!("__{place}"), format_ident!("__held_{place}"));
        let name = &parameter.name;
        match &parameter.kind {
            ParameterKind::Value(ty) => {
                steps.push(
                    quote!(let #variable: #ty = (&&__stator::Take::<#ty>::NEW).take(__call.read(#index)?, #name)?;),
                );
                arguments.push(quote!(#variable));
            }
            ParameterKind::Shared(ty) => {
                steps.push(quote! {
                    let mut #held = (&&&__stator::Hold::<#ty>::NEW).hold(__call.read(#index)?, #name)?;
                    let #variable = #held.shared()?;
                });
                arguments.push(quote!(&*#variable));
            }
            ParameterKind::Exclusive(ty) => {
                steps.push(quote! {
                    let mut #held = (&&&__stator::Hold::<#ty>::NEW).hold(__call.read(#index)?, #name)?;
                    let mut #variable = #held.exclusive()?;
                });
                arguments.push(quote!(&mut *#variable));
            }
            ParameterKind::Bytes => {
                steps.push(quote!(let #variable = __call.lend_bytes(#index, #name)?;));
                arguments.push(quote!(#variable));
            }
            ParameterKind::Callback(..) | ParameterKind::Cancellation => {}
        }
        index += usize::from(parameter.is_passed());
    }
    let finish = signature.result.finish(&quote!(#function(#(#arguments),*)));
    quote!(#(#steps)* #finish)
}

/// On JavaScript's thread the arguments are copied; everything else happens on the addon's threads.
fn off_thread_body(function: &TokenStream, signature: &Signature, class: Option<&Ident>) -> TokenStream {
    let mut index = usize::from(signature.receiver != Receiver::None);
    let mut callbacks = 0u32;
    let (mut copies, mut locks, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let mut arguments = receiver_argument(signature);
    if let (Some(class), true) = (class, signature.receiver != Receiver::None) {
        copies.push(quote!(let __object = __call.object::<#class>(0)?;));
        locks.push(if signature.receiver == Receiver::Exclusive {
            quote!(let mut __this = __object.write_in_turn().await?;)
        } else {
            quote!(let __this = __object.read_in_turn().await?;)
        });
    }
    for (place, parameter) in signature.parameters.iter().enumerate() {
        let (variable, held) = (format_ident!("__{place}"), format_ident!("__held_{place}"));
        let name = &parameter.name;
        match &parameter.kind {
            ParameterKind::Value(ty) => {
                copies.push(quote!(let #held = __call.read(#index)?;));
                values.push(quote!(let #variable: #ty = (&&__stator::Take::<#ty>::NEW).take(#held, #name)?;));
                arguments.push(quote!(#variable));
            }
            ParameterKind::Shared(ty) => {
                copies
                    .push(quote!(let mut #held = (&&&__stator::Hold::<#ty>::NEW).hold(__call.read(#index)?, #name)?;));
                locks.push(quote!(let #variable = #held.shared_in_turn().await?;));
                arguments.push(quote!(&*#variable));
            }
            ParameterKind::Exclusive(ty) => {
                copies
                    .push(quote!(let mut #held = (&&&__stator::Hold::<#ty>::NEW).hold(__call.read(#index)?, #name)?;));
                locks.push(quote!(let mut #variable = #held.exclusive_in_turn().await?;));
                arguments.push(quote!(&mut *#variable));
            }
            ParameterKind::Bytes => {
                copies.push(quote!(let #held = __call.read(#index)?;));
                values.push(quote! {
                    let #variable = (&&__stator::Take::<::std::vec::Vec<u8>>::NEW).take(#held, #name)?;
                });
                arguments.push(quote!(&#variable));
            }
            ParameterKind::Callback(types) => {
                let [argument, result] = &**types;
                copies.push(quote!(let #held = __stator::callback::<#argument, #result>(&__context, #callbacks);));
                arguments.push(quote!(#held));
                callbacks += 1;
            }
            ParameterKind::Cancellation => {
                copies.push(quote!(let #held = __stator::cancellation(&__context);));
                arguments.push(quote!(#held));
            }
        }
        index += usize::from(parameter.is_passed());
    }
    // Callbacks and cancellations come from the context, all other arguments from the call.
    let (from_context, from_call): (Vec<_>, Vec<_>) = copies
        .into_iter()
        .partition(|step| step.to_string().contains("__context"));
    let waits = signature.is_async.then(|| quote!(.await));
    let returned = quote!(#function(#(#arguments),*) #waits);
    match &signature.result.stream {
        None => {
            let finish = signature.result.finish(&returned);
            quote! {
                #(#from_call)*
                __stator::start_task(move |__context| {
                    #(#from_context)*
                    let _ = &__context;
                    async move { #(#locks)* #(#values)* #finish }
                })
            }
        }
        Some(stream) => {
            let items = signature.result.items(stream, &returned);
            let buffer = signature
                .buffer
                .as_ref()
                .map_or_else(|| quote!(256), |buffer| quote!(#buffer));
            quote! {
                #(#from_call)*
                __stator::start_stream(#buffer, move |__context| {
                    #(#from_context)*
                    let _ = &__context;
                    async move { #(#locks)* #(#values)* ::core::result::Result::Ok(#items) }
                })
            }
        }
    }
}

fn receiver_argument(signature: &Signature) -> Vec<TokenStream> {
    match signature.receiver {
        Receiver::None => Vec::new(),
        Receiver::Shared => vec![quote!(&*__this)],
        Receiver::Exclusive => vec![quote!(&mut *__this)],
    }
}
