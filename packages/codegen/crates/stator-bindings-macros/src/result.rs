use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    AssocType, Error, GenericArgument, Ident, PathArguments, PathSegment, Result, ReturnType, Type, TypeImplTrait,
    TypeParamBound, parse_quote,
};

use crate::{
    code::replace_self,
    parameter::{last_segment, type_arguments},
};

/// What a bound function returns.
pub(crate) struct FunctionResult {
    /// Of a stream, the item.
    value: Outcome,
    /// Of a stream, what opening it returns.
    pub(crate) stream: Option<StreamResult>,
}

/// A type that may be a `Result`.
struct Outcome {
    ty: Type,
    is_result: bool,
}

#[derive(Clone)]
pub(crate) struct StreamResult {
    is_iterator: bool,
    /// The whole returned type, where it is a `Result` with the stream inside.
    fallible: Option<Type>,
}

impl FunctionResult {
    pub(crate) fn parse(output: &ReturnType, class: Option<&Ident>) -> Result<Self> {
        let ReturnType::Type(_, ty) = output else {
            return Ok(Self {
                value: Outcome::new(parse_quote!(())),
                stream: None,
            });
        };
        let ty = replace_self(ty, class);
        if let Some((item, is_iterator)) = stream(&ty)? {
            return Ok(Self {
                value: Outcome::new(item),
                stream: Some(StreamResult {
                    is_iterator,
                    fallible: None,
                }),
            });
        }
        if let Some(segment) = last_segment(&ty).filter(|segment| segment.ident == "Result")
            && let [inner, error] = type_arguments(segment).as_slice()
            && let Some((item, is_iterator)) = stream(inner)?
        {
            return Ok(Self {
                value: Outcome::new(item),
                stream: Some(StreamResult {
                    is_iterator,
                    fallible: Some(error.clone()),
                }),
            });
        }
        if let Type::Reference(_) = ty {
            return Err(Error::new_spanned(
                ty,
                "return an owned value: JavaScript cannot borrow from Rust",
            ));
        }
        Ok(Self {
            value: Outcome::new(ty),
            stream: None,
        })
    }

    /// Whether it is `Self` or a `Result` of it.
    pub(crate) fn is(&self, class: &Ident) -> bool {
        let ty = &self.value.ty;
        let is_class = |ty: &Type| last_segment(ty).is_some_and(|segment| segment.ident == *class);
        is_class(ty)
            || last_segment(ty)
                .filter(|_| self.value.is_result)
                .is_some_and(|segment| type_arguments(segment).first().is_some_and(is_class))
    }

    pub(crate) fn describe(&self) -> TokenStream {
        let result = self.value.success();
        let error = self.value.error();
        let described = if self.stream.is_some() {
            quote!((&&__stator::GiveItem::<#result>::NEW).describe(registry))
        } else {
            quote!((&&&&__stator::Give::<#result>::NEW).describe(registry))
        };
        let some = |ty: &TokenStream| quote!(::core::option::Option::Some((&&&__stator::Fault::<#ty>::NEW).describe(registry)));
        let none = quote!(::core::option::Option::None);
        let own = error.as_ref().map_or_else(|| none.clone(), some);
        let (error, item_error) = match &self.stream {
            None => (own, none),
            Some(StreamResult { fallible: None, .. }) => (none, own),
            Some(StreamResult {
                fallible: Some(opening),
                ..
            }) => (some(&quote!(#opening)), own),
        };
        quote!(result: #described, error: #error, item_error: #item_error)
    }

    /// Turns what the function returned into an `Outcome`.
    pub(crate) fn finish(&self, returned: &TokenStream) -> TokenStream {
        self.value.give(
            returned,
            |ty, value| quote!((&&&&__stator::Give::<#ty>::NEW).give(#value)),
        )
    }

    /// Turns the stream that the function returned into one of items that cross.
    pub(crate) fn items(&self, stream: &StreamResult, returned: &TokenStream) -> TokenStream {
        let opened = match &stream.fallible {
            None => quote!(#returned),
            Some(error) => quote!(match #returned {
                ::core::result::Result::Ok(stream) => stream,
                ::core::result::Result::Err(error) => {
                    return ::core::result::Result::Err((&&&__stator::Fault::<#error>::NEW).fault(error));
                }
            }),
        };
        let opened = if stream.is_iterator {
            quote!(__stator::stream_of(#opened))
        } else {
            opened
        };
        let item = self.value.give(
            &quote!(item),
            |ty, value| quote!((&&__stator::GiveItem::<#ty>::NEW).give(#value)),
        );
        quote!(__stator::StreamExt::map(#opened, |item| #item))
    }

    pub(crate) fn assertion(&self) -> Option<TokenStream> {
        let ty = self.value.success();
        let is_optional_object = last_segment(&self.value.ty).is_some_and(|segment| segment.ident == "Option");
        // An Option of an object crosses without being a contract type.
        (!is_optional_object && !self.value.is_result).then(|| quote!(__stator::crosses::<#ty>();))
    }
}

impl Outcome {
    fn new(ty: Type) -> Self {
        let is_result = last_segment(&ty).is_some_and(|segment| segment.ident == "Result");
        Self { ty, is_result }
    }

    fn success(&self) -> TokenStream {
        let ty = &self.ty;
        if self.is_result {
            quote!(<#ty as __stator::ResultParts>::Ok)
        } else {
            quote!(#ty)
        }
    }

    fn error(&self) -> Option<TokenStream> {
        let ty = &self.ty;
        self.is_result.then(|| quote!(<#ty as __stator::ResultParts>::Error))
    }

    fn give(&self, returned: &TokenStream, give: impl Fn(TokenStream, TokenStream) -> TokenStream) -> TokenStream {
        let success = self.success();
        let Some(error) = self.error() else {
            return give(success, returned.clone());
        };
        let given = give(success, quote!(value));
        quote!(match __stator::ResultParts::into_result(#returned) {
            ::core::result::Result::Ok(value) => #given,
            ::core::result::Result::Err(error) => {
                ::core::result::Result::Err((&&&__stator::Fault::<#error>::NEW).fault(error))
            }
        })
    }
}

/// The item of `impl Iterator<Item = T>`, `impl Stream<Item = T>` or a type called `...Stream<T>`, and whether it is an
/// iterator.
fn stream(ty: &Type) -> Result<Option<(Type, bool)>> {
    match ty {
        Type::ImplTrait(TypeImplTrait { bounds, .. }) => {
            for bound in bounds {
                let TypeParamBound::Trait(bound) = bound else { continue };
                let Some(segment) = bound.path.segments.last() else {
                    continue;
                };
                let is_iterator = segment.ident == "Iterator";
                if (is_iterator || segment.ident == "Stream")
                    && let Some(item) = associated_item(segment)
                {
                    return Ok(Some((item, is_iterator)));
                }
            }
            Err(Error::new_spanned(
                ty,
                "a function that returns impl Iterator<Item = T> or impl Stream<Item = T> becomes an async iterable; \
                 name any other type",
            ))
        }
        _ => Ok(last_segment(ty)
            .filter(|segment| segment.ident.to_string().ends_with("Stream"))
            .and_then(|segment| type_arguments(segment).last().cloned())
            .map(|item| (item, false))),
    }
}

fn associated_item(segment: &PathSegment) -> Option<Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(AssocType { ident, ty, .. }) if ident == "Item" => Some(ty.clone()),
        _ => None,
    })
}
