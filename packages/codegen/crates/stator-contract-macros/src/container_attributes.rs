use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, LitInt, Result};

/// What `#[contract(...)]` says on a type or on a variant.
#[derive(Default)]
pub(crate) struct ContainerAttributes {
    status: Option<LitInt>,
}

impl ContainerAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("contract"))
        {
            attribute.parse_nested_meta(|meta| {
                if !meta.path.is_ident("status") {
                    return Err(meta.error("unknown option on a type or a variant; expected status = 404"));
                }
                let status: LitInt = meta.value()?.parse()?;
                if !matches!(status.base10_parse::<u16>(), Ok(400..=599)) {
                    return Err(Error::new(
                        status.span(),
                        "the HTTP status of an error is a number from 400 to 599",
                    ));
                }
                found.status = Some(status);
                Ok(())
            })?;
        }
        Ok(found)
    }

    pub(crate) fn has_status(&self) -> bool {
        self.status.is_some()
    }

    /// An expression of type `Option<u16>`.
    pub(crate) fn status(&self) -> TokenStream {
        match &self.status {
            Some(status) => quote!(::core::option::Option::Some(#status)),
            None => quote!(::core::option::Option::None),
        }
    }
}
