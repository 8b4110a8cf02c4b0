use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Error, FnArg, GenericArgument, Ident, Pat, PathArguments, PathSegment, Result, Type, TypeReference, ext::IdentExt,
    parse_quote,
};

use crate::{code::replace_self, names::camel_case};

/// A parameter of a bound function.
pub(crate) struct Parameter {
    /// In JavaScript.
    pub(crate) name: String,
    pub(crate) kind: ParameterKind,
}

pub(crate) enum ParameterKind {
    Value(Type),
    /// `&T`: an object of a class, or a value that Rust lends to itself.
    Shared(Type),
    /// `&mut T`: an object of a class.
    Exclusive(Type),
    /// `&[u8]`.
    Bytes,
    /// `Callback<T, R>`.
    Callback(Box<[Type; 2]>),
    /// `Cancellation`, which JavaScript does not see.
    Cancellation,
}

impl Parameter {
    pub(crate) fn parse(argument: &FnArg, class: Option<&Ident>) -> Result<Self> {
        let FnArg::Typed(argument) = argument else {
            return Err(Error::new_spanned(argument, "self stands first"));
        };
        let Pat::Ident(pattern) = &*argument.pat else {
            return Err(Error::new_spanned(
                &argument.pat,
                "give the parameter a name, which TypeScript shows",
            ));
        };
        let ty = replace_self(&argument.ty, class);
        Ok(Self {
            name: camel_case(&pattern.ident.unraw().to_string()),
            kind: kind(&ty)?,
        })
    }

    /// Whether JavaScript passes it.
    pub(crate) fn is_passed(&self) -> bool {
        !matches!(self.kind, ParameterKind::Cancellation)
    }

    /// An expression of type `Parameter` of the document, with `registry` in scope.
    pub(crate) fn describe(&self) -> TokenStream {
        let name = &self.name;
        let bound = match &self.kind {
            ParameterKind::Value(ty) => quote!((&&__stator::Take::<#ty>::NEW).describe(registry)),
            ParameterKind::Shared(ty) | ParameterKind::Exclusive(ty) => {
                quote!((&&&__stator::Hold::<#ty>::NEW).describe(registry))
            }
            ParameterKind::Bytes => {
                quote!((&&__stator::Take::<::std::vec::Vec<u8>>::NEW).describe(registry))
            }
            ParameterKind::Callback(types) => {
                let [argument, result] = &**types;
                quote!(__stator::describe_callback::<#argument, #result>(registry))
            }
            ParameterKind::Cancellation => return TokenStream::new(),
        };
        quote!(__stator::Parameter { name: ::std::string::String::from(#name), bound: #bound },)
    }

    /// A check whose message says what to write, or nothing.
    pub(crate) fn assertion(&self) -> Option<TokenStream> {
        match &self.kind {
            ParameterKind::Value(ty) | ParameterKind::Shared(ty) | ParameterKind::Exclusive(ty) => {
                Some(quote!(__stator::crosses::<#ty>();))
            }
            _ => None,
        }
    }
}

fn kind(ty: &Type) -> Result<ParameterKind> {
    if let Type::Reference(TypeReference { elem, mutability, .. }) = ty {
        return reference(elem, mutability.is_some(), ty);
    }
    if let Type::ImplTrait(_) = ty {
        return Err(Error::new_spanned(
            ty,
            "name a type; a function of JavaScript is a stator_bindings::Callback<T>",
        ));
    }
    Ok(match last_segment(ty) {
        Some(segment) if segment.ident == "Cancellation" => ParameterKind::Cancellation,
        Some(segment) if segment.ident == "Callback" => {
            let arguments = type_arguments(segment);
            let unit: Type = parse_quote!(());
            ParameterKind::Callback(Box::new([
                arguments.first().cloned().unwrap_or_else(|| unit.clone()),
                arguments.get(1).cloned().unwrap_or(unit),
            ]))
        }
        _ => ParameterKind::Value(ty.clone()),
    })
}

fn reference(inner: &Type, mutable: bool, whole: &Type) -> Result<ParameterKind> {
    if let Type::Slice(slice) = inner {
        let item = &slice.elem;
        if mutable {
            return Err(Error::new_spanned(
                whole,
                "Rust does not write into memory of JavaScript; return the new value",
            ));
        }
        if last_segment(item).is_some_and(|segment| segment.ident == "u8") {
            return Ok(ParameterKind::Bytes);
        }
        return Ok(ParameterKind::Shared(parse_quote!(::std::vec::Vec<#item>)));
    }
    if last_segment(inner).is_some_and(|segment| segment.ident == "str") {
        return Ok(ParameterKind::Shared(parse_quote!(::std::string::String)));
    }
    Ok(if mutable {
        ParameterKind::Exclusive(inner.clone())
    } else {
        ParameterKind::Shared(inner.clone())
    })
}

pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Paren(inner) => last_segment(&inner.elem),
        Type::Group(inner) => last_segment(&inner.elem),
        _ => None,
    }
}

pub(crate) fn type_arguments(segment: &PathSegment) -> Vec<Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    types.collect()
}
