use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, ExprUnary, Lit, LitInt, LitStr, Result, Type, UnOp};

/// What `#[contract(...)]` says on a field.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    min_length: Option<LitInt>,
    max_length: Option<LitInt>,
    min: Option<TokenStream>,
    max: Option<TokenStream>,
    policy: Option<TokenStream>,
    pub(crate) string_policy: bool,
    number_policy: bool,
    pub(crate) described_as: Option<Type>,
}

impl FieldAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("contract"))
        {
            attribute.parse_nested_meta(|meta| {
                let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                match name.as_str() {
                    "min_length" => found.min_length = Some(meta.value()?.parse()?),
                    "max_length" => found.max_length = Some(meta.value()?.parse()?),
                    "min" => found.min = Some(bound(&meta.value()?.parse()?)?),
                    "max" => found.max = Some(bound(&meta.value()?.parse()?)?),
                    "as" => found.described_as = Some(meta.value()?.parse::<LitStr>()?.parse()?),
                    "integer" => {
                        let policy: LitStr = meta.value()?.parse()?;
                        found.string_policy = policy.value() == "string";
                        found.number_policy = policy.value() == "number";
                        found.policy = Some(match policy.value().as_str() {
                            "bigint" => quote!(Bigint),
                            "number" => quote!(Number),
                            "string" => quote!(String),
                            _ => {
                                return Err(syn::Error::new(
                                    policy.span(),
                                    "expected \"bigint\", \"number\" or \"string\"",
                                ));
                            }
                        });
                    }
                    _ => {
                        return Err(meta.error(
                            "unknown option; expected min_length, max_length, min, max, integer = \"...\" or as = \"...\"",
                        ));
                    }
                }
                Ok(())
            })?;
        }
        Ok(found)
    }

    pub(crate) fn limits(&self) -> TokenStream {
        let number = |value: &Option<LitInt>| match value {
            Some(value) => quote!(::core::option::Option::Some(#value)),
            None => quote!(::core::option::Option::None),
        };
        let tokens = |value: &Option<TokenStream>| match value {
            Some(value) => quote!(::core::option::Option::Some(#value)),
            None => quote!(::core::option::Option::None),
        };
        let (min_length, max_length) = (number(&self.min_length), number(&self.max_length));
        let (min, max) = (tokens(&self.min), tokens(&self.max));
        quote!(::stator_contract::Limits {
            min_length: #min_length,
            max_length: #max_length,
            min: #min,
            max: #max,
        })
    }

    /// An expression of type `Asked`; `None` when the attributes ask for nothing that a value can break.
    pub(crate) fn asked(&self) -> Option<TokenStream> {
        let has_limits =
            self.min_length.is_some() || self.max_length.is_some() || self.min.is_some() || self.max.is_some();
        let (limits, safe_integers) = (self.limits(), self.number_policy);
        (has_limits || safe_integers).then(|| {
            quote!(::stator_contract::Asked {
                limits: #limits,
                safe_integers: #safe_integers,
            })
        })
    }

    pub(crate) fn policy(&self) -> TokenStream {
        match &self.policy {
            Some(policy) => quote!(::core::option::Option::Some(::stator_contract::IntegerPolicy::#policy)),
            None => quote!(::core::option::Option::None),
        }
    }
}

/// A number, perhaps negative. Integers stay integers: an `i128` holds every limit of every width but the top of `u128`.
fn bound(expression: &Expr) -> Result<TokenStream> {
    let literal = match expression {
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_), expr, ..
        }) => expr,
        other => other,
    };
    match literal {
        Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) => Ok(quote!(::stator_contract::Bound::Int(#expression))),
        Expr::Lit(ExprLit { lit: Lit::Float(_), .. }) => Ok(quote!(::stator_contract::Bound::Float(#expression))),
        _ => Err(syn::Error::new_spanned(
            expression,
            "expected a number, such as 10, -1 or 0.5",
        )),
    }
}
