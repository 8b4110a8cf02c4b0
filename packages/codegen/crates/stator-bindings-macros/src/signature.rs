use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, FnArg, Ident, LitInt, Result, Signature as FnSignature, spanned::Spanned};

use crate::{
    options::Options,
    parameter::{Parameter, ParameterKind},
    result::FunctionResult,
};

/// What is known of a bound function.
pub(crate) struct Signature {
    pub(crate) receiver: Receiver,
    pub(crate) mode: Mode,
    pub(crate) is_async: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) result: FunctionResult,
    pub(crate) buffer: Option<LitInt>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver {
    None,
    Shared,
    Exclusive,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Sync,
    Task,
    Stream,
}

impl Signature {
    pub(crate) fn parse(signature: &FnSignature, options: &Options, class: Option<&Ident>) -> Result<Self> {
        if !signature.generics.params.is_empty() {
            return Err(Error::new(
                signature.generics.span(),
                "JavaScript calls one function: write one for each type, without generics or lifetimes",
            ));
        }
        if let Some(unsafety) = &signature.unsafety {
            return Err(Error::new_spanned(
                unsafety,
                "JavaScript cannot promise what an unsafe function asks for",
            ));
        }
        let (receiver, arguments) = receiver(signature)?;
        let parameters = arguments
            .into_iter()
            .map(|argument| Parameter::parse(argument, class))
            .collect::<Result<Vec<_>>>()?;
        let most = 16 - usize::from(receiver != Receiver::None);
        if parameters.len() > most {
            return Err(Error::new_spanned(
                &signature.inputs,
                format!("at most {most} parameters; put them into a struct"),
            ));
        }
        let result = FunctionResult::parse(&signature.output, class)?;
        let is_async = signature.asyncness.is_some();
        let mode = if result.stream.is_some() {
            Mode::Stream
        } else if is_async || options.blocking.is_some() {
            Mode::Task
        } else {
            Mode::Sync
        };
        if let Some(blocking) = options.blocking.filter(|_| is_async || mode == Mode::Stream) {
            return Err(Error::new(
                blocking,
                "async functions and streams run on the addon's threads anyway; leave `blocking` out",
            ));
        }
        if is_async && mode == Mode::Stream {
            return Err(Error::new_spanned(
                signature.asyncness,
                "leave `async` out: the function that makes a stream runs on the addon's threads already",
            ));
        }
        if let Some(buffer) = options.buffer.as_ref().filter(|_| mode != Mode::Stream) {
            return Err(Error::new(buffer.span(), "only streams have a buffer"));
        }
        if mode == Mode::Sync {
            refuse_in_sync(&parameters, signature)?;
        }
        Ok(Self {
            receiver,
            mode,
            is_async,
            parameters,
            result,
            buffer: options.buffer.clone(),
        })
    }

    pub(crate) fn mode_in_document(&self) -> TokenStream {
        match self.mode {
            Mode::Sync => quote!(__stator::CallMode::Sync),
            Mode::Task => quote!(__stator::CallMode::Task),
            Mode::Stream => quote!(__stator::CallMode::Stream),
        }
    }
}

fn receiver(signature: &FnSignature) -> Result<(Receiver, Vec<&FnArg>)> {
    let mut arguments: Vec<_> = signature.inputs.iter().collect();
    let Some(FnArg::Receiver(receiver)) = arguments.first() else {
        return Ok((Receiver::None, arguments));
    };
    let receiver = if receiver.reference.is_none() || receiver.colon_token.is_some() {
        return Err(Error::new_spanned(
            receiver,
            "take &self or &mut self: JavaScript may go on using the object",
        ));
    } else if receiver.mutability.is_some() {
        Receiver::Exclusive
    } else {
        Receiver::Shared
    };
    arguments.remove(0);
    Ok((receiver, arguments))
}

fn refuse_in_sync(parameters: &[Parameter], signature: &FnSignature) -> Result<()> {
    for parameter in parameters {
        let what = match parameter.kind {
            ParameterKind::Callback(..) => "a Callback",
            ParameterKind::Cancellation => "a Cancellation",
            _ => continue,
        };
        return Err(Error::new_spanned(
            &signature.inputs,
            format!("{what} needs a function that runs on the addon's threads: #[binding(blocking)]"),
        ));
    }
    Ok(())
}
