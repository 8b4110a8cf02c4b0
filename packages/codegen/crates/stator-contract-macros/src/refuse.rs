//! What serde can do and a contract cannot say exactly. Each refusal names what to write instead.

use proc_macro2::Span;
use serde_derive_internals::{
    ast::{Container, Data, Field, Style, Variant},
    attr::{Identifier, Name, TagType},
};
use syn::{Error, spanned::Spanned};

use crate::{attributes::FieldAttributes, container_attributes::ContainerAttributes};

/// Collects every refusal, so that all of them show in one build.
#[derive(Default)]
pub(crate) struct Refusals(Option<Error>);

impl Refusals {
    pub(crate) fn add(&mut self, span: Span, sentence: impl std::fmt::Display) {
        let error = Error::new(span, sentence);
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn finish(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

pub(crate) fn check_container(container: &Container<'_>, refusals: &mut Refusals) {
    let span = container.ident.span();
    let attributes = &container.attrs;
    if attributes.type_from().is_some() || attributes.type_try_from().is_some() || attributes.type_into().is_some() {
        refusals.add(
            span,
            "#[serde(from, try_from, into)] put another type on the wire. Derive Contract on that type, and give the \
             fields that hold this one #[contract(as = \"ThatType\")] and #[ts(as = \"ThatType\")].",
        );
    }
    if attributes.remote().is_some() {
        refusals.add(
            span,
            "#[serde(remote)] describes a type of another crate. Write a type of your own.",
        );
    }
    if !matches!(attributes.identifier(), Identifier::No) {
        refusals.add(
            span,
            "#[serde(field_identifier)] and #[serde(variant_identifier)] have no form in a contract.",
        );
    }
    match &container.data {
        Data::Struct(style, fields) => {
            if attributes.transparent() && matches!(style, Style::Struct) {
                refusals.add(
                    span,
                    "ts-rs shows #[serde(transparent)] on named fields as an object. Write a newtype: struct Name(Inner).",
                );
            }
            if matches!(attributes.tag(), TagType::Internal { .. }) {
                refusals.add(
                    span,
                    "#[serde(tag)] on a struct: write an enum with one variant, which reads the tag too.",
                );
            }
            check_fields(fields, refusals);
            if attributes.deny_unknown_fields() && fields.iter().any(|field| field.attrs.flatten()) {
                refusals.add(
                    span,
                    "serde does not support deny_unknown_fields together with flatten. Drop one of them.",
                );
            }
        }
        Data::Enum(variants) => {
            if variants.is_empty() {
                refusals.add(
                    span,
                    "An enum without variants has no values. Remove it, or add a variant.",
                );
            }
            let is_text = matches!(attributes.tag(), TagType::External);
            for variant in variants {
                check_variant(variant, is_text, refusals);
                if matches!(attributes.tag(), TagType::None) {
                    check_status(variant, refusals);
                }
            }
        }
    }
    for parameter in &container.generics.params {
        if let syn::GenericParam::Const(parameter) = parameter {
            refusals.add(
                parameter.span(),
                "Types with const parameters have no name of their own in a contract. Write one type for each value.",
            );
        }
    }
}

fn check_variant(variant: &Variant<'_>, is_text: bool, refusals: &mut Refusals) {
    let span = variant.ident.span();
    let attributes = &variant.attrs;
    if attributes.skip_serializing() != attributes.skip_deserializing() {
        refusals.add(
            span,
            "A variant that goes one way only has no exact type. Use #[serde(skip)], or two enums.",
        );
    }
    if attributes.skip_serializing() {
        return;
    }
    check_name(attributes.name(), span, refusals);
    let has_aliases = attributes
        .aliases()
        .iter()
        .any(|alias| alias != attributes.name().deserialize_name());
    if has_aliases && !(is_text && matches!(variant.style, Style::Unit)) {
        refusals.add(
            span,
            "#[serde(alias)] is for unit variants that are text on the wire. Use one name, or two variants.",
        );
    }
    if attributes.serialize_with().is_some() || attributes.deserialize_with().is_some() {
        refusals.add(
            span,
            "#[serde(with)] on a variant: put the content into a newtype of its own and describe that.",
        );
    }
    if attributes.untagged() {
        refusals.add(
            span,
            "#[serde(untagged)] on one variant: put it on the whole enum, or give the variant a tag.",
        );
    }
    if matches!(variant.style, Style::Tuple) && variant.fields.is_empty() {
        refusals.add(span, "Write the variant without parentheses.");
    }
    check_fields(&variant.fields, refusals);
}

/// Without a tag nobody can tell from the value which status it has.
fn check_status(variant: &Variant<'_>, refusals: &mut Refusals) {
    if ContainerAttributes::parse(&variant.original.attrs).is_ok_and(|found| found.has_status()) {
        refusals.add(
            variant.ident.span(),
            "#[contract(status)] on a variant of an untagged enum: give the enum a tag, or put the status on the whole enum.",
        );
    }
}

fn check_fields(fields: &[Field<'_>], refusals: &mut Refusals) {
    for field in fields {
        check_field(field, refusals);
    }
}

fn check_field(field: &Field<'_>, refusals: &mut Refusals) {
    let span = field.original.span();
    let attributes = &field.attrs;
    let named = matches!(field.member, syn::Member::Named(_));
    if attributes.skip_serializing() && attributes.skip_deserializing() {
        if !named {
            refusals.add(
                span,
                "#[serde(skip)] on a field without a name shifts the others. Name the fields.",
            );
        }
        return;
    }
    if attributes.skip_deserializing() {
        refusals.add(
            span,
            "#[serde(skip_deserializing)] gives a field that is written and never read. Use #[serde(skip)], or two types.",
        );
    }
    if (attributes.skip_serializing() || attributes.skip_serializing_if().is_some()) && !named {
        refusals.add(span, "A field without a name cannot be left out. Name the fields.");
    }
    check_name(attributes.name(), span, refusals);
    if attributes
        .aliases()
        .iter()
        .any(|alias| alias != attributes.name().deserialize_name())
    {
        refusals.add(
            span,
            "#[serde(alias)] on a field gives one value two forms. Use one name.",
        );
    }
    if attributes.getter().is_some() {
        refusals.add(
            span,
            "#[serde(getter)] belongs to remote types. Write a type of your own.",
        );
    }
    let Ok(contract) = FieldAttributes::parse(&field.original.attrs) else {
        return;
    };
    let own_code = attributes.serialize_with().is_some() || attributes.deserialize_with().is_some();
    if own_code && contract.described_as.is_none() && !contract.string_policy {
        refusals.add(
            span,
            "#[serde(with)] writes what only its code knows. Say the type it writes: #[contract(as = \"Type\")] \
             with #[ts(as = \"Type\")].",
        );
    }
    if contract.string_policy && !own_code {
        refusals.add(
            span,
            "#[contract(integer = \"string\")] needs serde to write text: add #[serde(with = \"stator_contract::decimal\")] \
             and #[ts(type = \"string\")].",
        );
    }
    if own_code && !attributes.default().is_none() {
        refusals.add(
            span,
            "#[serde(with)] together with #[serde(default)]: the form of the default value is not known. \
             Put the value into a newtype with a Serialize of its own.",
        );
    }
    if attributes.flatten() && !attributes.default().is_none() {
        refusals.add(
            span,
            "#[serde(flatten, default)]: give the defaults to the fields of the flattened type.",
        );
    }
}

/// Names that differ by direction, and further names for reading, have no single TypeScript type.
fn check_name(name: &Name, span: Span, refusals: &mut Refusals) {
    if name.serialize_name() != name.deserialize_name() {
        refusals.add(
            span,
            "A name that differs between writing and reading needs two types. Use one name.",
        );
    }
}
