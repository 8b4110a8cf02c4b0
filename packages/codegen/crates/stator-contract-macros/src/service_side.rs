//! The trait that a service in Rust implements, and the client.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Error, GenericArgument, Ident, ItemTrait, PathArguments, PathSegment, Result, Type};

use crate::{docs::doc_attributes, endpoint::Method};

/// Methods that every client has.
const TAKEN: [&str; 4] = ["connect", "connect_with", "wait_for_instances", "instance_ids"];

/// `when` stands before each item: nothing, or the Cargo feature that it takes.
pub(crate) fn expand(
    item: &ItemTrait,
    contract: &Ident,
    when: &TokenStream,
    methods: &[Method],
) -> Result<TokenStream> {
    let name = &item.ident;
    let visibility = &item.vis;
    let docs = doc_attributes(&item.attrs);
    let service = format_ident!("{name}Service");
    let client = format_ident!("{name}Client");
    let signatures = methods.iter().map(Signature::of).collect::<Result<Vec<_>>>()?;
    let declarations = signatures.iter().map(Signature::declaration);
    let registrations = signatures.iter().map(|signature| signature.registration(&service));
    let calls = signatures
        .iter()
        .enumerate()
        .map(|(place, signature)| signature.call(place, visibility));
    let about_service = format!("What a service in Rust implements to be served by [`{contract}::serve`].");
    let about_client = format!("Calls the services of [`{contract}`], wherever and in whatever language they run.");
    Ok(quote! {
        #when
        #(#docs)*
        #[doc = ""]
        #[doc = #about_service]
        #visibility trait #service: ::core::marker::Send + ::core::marker::Sync + 'static {
            #(#declarations)*
        }

        #when
        impl #contract {
            /// Serves the contract with `service`, on every endpoint. The result goes to `stator_service::main`.
            #visibility fn serve<S: #service>(service: S) -> ::stator_service::Services {
                use ::stator_service::private as __private;
                __private::ServedContract::<S>::new::<Self>(service)
                    #(#registrations)*
                    .finish()
            }
        }

        #when
        #(#docs)*
        #[doc = ""]
        #[doc = #about_client]
        #[derive(Clone)]
        #visibility struct #client {
            endpoints: ::stator_service::private::Endpoints<#contract>,
        }

        #when
        impl #client {
            /// Opens a client for each endpoint.
            ///
            /// # Errors
            /// When discovery refuses.
            #visibility async fn connect(
                runtime: &::stator_service::DistributedRuntime,
            ) -> ::stator_service::Result<Self> {
                Self::connect_with(runtime, ::core::default::Default::default()).await
            }

            /// The same with a router, or with patience for a first instance.
            ///
            /// # Errors
            /// When discovery refuses.
            #visibility async fn connect_with(
                runtime: &::stator_service::DistributedRuntime,
                options: ::stator_service::ClientOptions,
            ) -> ::stator_service::Result<Self> {
                let endpoints = ::stator_service::private::Endpoints::connect(runtime, options).await?;
                ::core::result::Result::Ok(Self { endpoints })
            }

            /// Waits until each endpoint has an instance; without `patience` as long as it takes.
            ///
            /// # Errors
            /// `no_instances` when `patience` is over.
            #visibility async fn wait_for_instances(
                &self,
                patience: ::core::option::Option<::core::time::Duration>,
            ) -> ::stator_service::Result<()> {
                self.endpoints.wait_for_instances(patience).await
            }

            /// Ids of the instances that are registered now, ascending.
            #visibility fn instance_ids(&self) -> ::std::vec::Vec<u64> {
                self.endpoints.instance_ids()
            }

            #(#calls)*
        }
    })
}

/// A method with its streams and its declared error taken apart.
struct Signature<'a> {
    method: &'a Method,
    input: &'a Type,
    takes_stream: bool,
    output: &'a Type,
    gives_stream: bool,
    error: TokenStream,
}

impl<'a> Signature<'a> {
    fn of(method: &'a Method) -> Result<Self> {
        if TAKEN.iter().any(|taken| method.ident == taken) {
            return Err(Error::new_spanned(
                &method.ident,
                "clients have a method of this name; rename this one, the wire can keep its name: #[endpoint(name = \"...\")]",
            ));
        }
        let (input, takes_stream) = item_of(&method.input);
        let (success, error) = match arguments_of(&method.output, "Result") {
            None => (&method.output, quote!(::stator_service::NoError)),
            Some(arguments) => match arguments.as_slice() {
                [success, error] => (*success, quote!(#error)),
                _ => {
                    return Err(Error::new_spanned(
                        &method.output,
                        "name both types here: Result<Response, Error>",
                    ));
                }
            },
        };
        let (output, gives_stream) = item_of(success);
        Ok(Self {
            method,
            input,
            takes_stream,
            output,
            gives_stream,
            error,
        })
    }

    /// In the trait of the service.
    fn declaration(&self) -> TokenStream {
        let Self {
            method, output, error, ..
        } = self;
        let Method { ident, docs, .. } = method;
        let request = self.request();
        let (items, success) = if self.gives_stream {
            (quote!(items: ::stator_service::Items<#output, #error>,), quote!(()))
        } else {
            (quote!(), quote!(#output))
        };
        quote! {
            #(#docs)*
            fn #ident(
                &self,
                #request,
                #items
                context: ::stator_service::Context,
            ) -> impl ::core::future::Future<
                Output = ::core::result::Result<#success, ::stator_service::Failure<#error>>,
            > + ::core::marker::Send;
        }
    }

    fn request(&self) -> TokenStream {
        let Self { input, error, .. } = self;
        if self.takes_stream {
            quote!(requests: ::stator_service::Incoming<#input, #error>)
        } else {
            quote!(request: #input)
        }
    }

    /// In `serve`.
    fn registration(&self, service: &Ident) -> TokenStream {
        let Self {
            method,
            input,
            output,
            error,
            ..
        } = self;
        let ident = &method.ident;
        let take = if self.takes_stream {
            quote!(__private::Many<#input, #error>)
        } else {
            quote!(__private::One<#input>)
        };
        if self.gives_stream {
            quote! {
                .streaming::<#take, #output, #error, _, _>(
                    |service: ::std::sync::Arc<S>, request, items, context| async move {
                        <S as #service>::#ident(&service, request, items, context).await
                    },
                )
            }
        } else {
            quote! {
                .answering::<#take, #output, #error, _, _>(
                    |service: ::std::sync::Arc<S>, request, context| async move {
                        <S as #service>::#ident(&service, request, context).await
                    },
                )
            }
        }
    }

    /// In the client.
    fn call(&self, place: usize, visibility: &syn::Visibility) -> TokenStream {
        let Self {
            method,
            input,
            output,
            error,
            ..
        } = self;
        let Method { ident, docs, .. } = method;
        let kind = match (self.takes_stream, self.gives_stream) {
            (false, false) => quote!(UnaryCall),
            (false, true) => quote!(ServerStreamCall),
            (true, false) => quote!(ClientStreamCall),
            (true, true) => quote!(DuplexCall),
        };
        let (parameter, request) = if self.takes_stream {
            (quote!(), quote!(::core::option::Option::None))
        } else {
            (quote!(, request: #input), quote!(::core::option::Option::Some(request)))
        };
        quote! {
            #(#docs)*
            #visibility fn #ident(&self #parameter) -> ::stator_service::#kind<#input, #output, #error> {
                self.endpoints.call(#place, #request)
            }
        }
    }
}

/// `Token` of `Stream<Token>`, and whether it was one.
fn item_of(ty: &Type) -> (&Type, bool) {
    match arguments_of(ty, "Stream").as_deref() {
        Some([item]) => (item, true),
        _ => (ty, false),
    }
}

/// The type arguments of a path that ends in this name.
fn arguments_of<'a>(ty: &'a Type, name: &str) -> Option<Vec<&'a Type>> {
    let Type::Path(path) = ty else { return None };
    let PathSegment { ident, arguments } = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    (ident == name).then(|| {
        let types = arguments.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        });
        types.collect()
    })
}
