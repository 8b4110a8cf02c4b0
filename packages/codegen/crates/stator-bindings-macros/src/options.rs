use proc_macro2::{Span, TokenStream};
use syn::{Attribute, LitInt, LitStr, Result, meta::ParseNestedMeta, parse::Parser};

use crate::names;

/// What `#[binding(...)]` says.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) blocking: Option<Span>,
    pub(crate) raw: bool,
    pub(crate) buffer: Option<LitInt>,
    pub(crate) constructor: bool,
    pub(crate) getter: bool,
    pub(crate) setter: bool,
    pub(crate) skip: bool,
}

impl Options {
    pub(crate) fn parse(arguments: TokenStream) -> Result<Self> {
        let mut options = Self::default();
        syn::meta::parser(|meta| options.read(&meta)).parse2(arguments)?;
        options.checked()
    }

    /// Takes the attributes off a method and reads them.
    pub(crate) fn take(attributes: &mut Vec<Attribute>) -> Result<Self> {
        let mut options = Self::default();
        for attribute in attributes.extract_if(.., |attribute| attribute.path().is_ident("binding")) {
            if !matches!(attribute.meta, syn::Meta::Path(_)) {
                attribute.parse_nested_meta(|meta| options.read(&meta))?;
            }
        }
        options.checked()
    }

    /// Raw exports may have any name.
    fn checked(self) -> Result<Self> {
        if let Some(name) = self.name.as_ref().filter(|_| !self.raw) {
            names::check(name)?;
        }
        Ok(self)
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match name.as_str() {
            "name" => self.name = Some(meta.value()?.parse()?),
            "buffer" => {
                let buffer: LitInt = meta.value()?.parse()?;
                if !(1..=65_536).contains(&buffer.base10_parse::<usize>()?) {
                    return Err(syn::Error::new(buffer.span(), "expected 1 to 65536 items"));
                }
                self.buffer = Some(buffer);
            }
            "blocking" => self.blocking = Some(meta.path.segments[0].ident.span()),
            "raw" => self.raw = true,
            "constructor" => self.constructor = true,
            "getter" => self.getter = true,
            "setter" => self.setter = true,
            "skip" => self.skip = true,
            _ => {
                return Err(meta.error(
                    "unknown option; expected name = \"...\", blocking, buffer = 64, constructor, getter, setter, skip \
                     or raw",
                ));
            }
        }
        Ok(())
    }
}
