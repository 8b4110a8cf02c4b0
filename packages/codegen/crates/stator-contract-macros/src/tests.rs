use syn::{DeriveInput, parse_quote};

use crate::container::derive;

/// The compile errors of a type, joined; empty when it is described.
fn errors(input: &DeriveInput) -> String {
    match derive(input) {
        Ok(_) => String::new(),
        Err(error) => error
            .into_iter()
            .map(|each| each.to_string())
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

#[track_caller]
fn refused(input: &DeriveInput, sentence: &str) {
    let errors = errors(input);
    assert!(errors.contains(sentence), "expected {sentence:?} in {errors:?}");
}

#[test]
fn plain_types_are_described() {
    assert_eq!(
        errors(&parse_quote!(
            struct Plain {
                #[serde(default)]
                a: u8,
                b: Option<String>,
            }
        )),
        ""
    );
    assert_eq!(
        errors(&parse_quote!(
            struct Generic<'a, T>(std::borrow::Cow<'a, str>, T);
        )),
        ""
    );
    assert_eq!(
        errors(&parse_quote!(
            #[serde(transparent)]
            struct Newtype(u8);
        )),
        ""
    );
    assert_eq!(
        errors(&parse_quote!(
            #[serde(tag = "t")]
            enum Tagged {
                A,
                #[serde(other)]
                B,
            }
        )),
        ""
    );
    assert_eq!(
        errors(&parse_quote!(
            enum Text {
                #[serde(alias = "b")]
                A,
            }
        )),
        ""
    );
}

#[test]
fn a_status_is_that_of_an_error_whose_variant_is_known() {
    assert_eq!(
        errors(&parse_quote!(
            #[contract(status = 409)]
            enum E {
                #[contract(status = 404)]
                A,
                B(u8),
            }
        )),
        ""
    );
    refused(
        &parse_quote!(
            #[contract(status = 200)]
            struct E;
        ),
        "a number from 400 to 599",
    );
    refused(
        &parse_quote!(
            enum E {
                #[contract(code = 404)]
                A,
            }
        ),
        "expected status = 404",
    );
    refused(
        &parse_quote!(
            #[serde(untagged)]
            enum E {
                #[contract(status = 404)]
                A(u8),
            }
        ),
        "give the enum a tag",
    );
}

#[test]
fn what_serde_does_otherwise_than_ts_rs_shows_is_refused() {
    refused(
        &parse_quote!(
            #[serde(transparent)]
            struct T {
                a: u8,
            }
        ),
        "Write a newtype",
    );
    refused(
        &parse_quote!(
            struct T {
                #[serde(alias = "b")]
                a: u8,
            }
        ),
        "gives one value two forms",
    );
    refused(
        &parse_quote!(
            enum T {
                #[serde(alias = "b")]
                A(u8),
            }
        ),
        "unit variants that are text",
    );
    refused(
        &parse_quote!(
            struct T {
                #[serde(rename(serialize = "b"))]
                a: u8,
            }
        ),
        "differs between writing and reading",
    );
    refused(
        &parse_quote!(
            struct T {
                #[serde(skip_deserializing)]
                a: u8,
            }
        ),
        "written and never read",
    );
    refused(
        &parse_quote!(
            enum T {
                #[serde(skip_deserializing)]
                A,
                B,
            }
        ),
        "goes one way only",
    );
    refused(
        &parse_quote!(
            #[serde(from = "u8")]
            struct T {
                a: u8,
            }
        ),
        "put another type on the wire",
    );
    refused(
        &parse_quote!(
            #[serde(tag = "t")]
            struct T {
                a: u8,
            }
        ),
        "write an enum with one variant",
    );
    refused(
        &parse_quote!(
            enum T {
                #[serde(untagged)]
                A(u8),
            }
        ),
        "put it on the whole enum",
    );
    refused(
        &parse_quote!(
            struct T(#[serde(skip)] u8, u8);
        ),
        "shifts the others",
    );
    refused(
        &parse_quote!(
            enum T {}
        ),
        "has no values",
    );
    refused(
        &parse_quote!(
            struct T<const N: usize>([u8; N]);
        ),
        "const parameters",
    );
}

#[test]
fn code_of_its_own_needs_a_type() {
    refused(
        &parse_quote!(
            struct T {
                #[serde(with = "m")]
                a: u8,
            }
        ),
        "#[contract(as = \"Type\")]",
    );
    assert_eq!(
        errors(&parse_quote!(
            struct T {
                #[serde(with = "m")]
                #[contract(as = "String")]
                a: u8,
            }
        )),
        ""
    );
    refused(
        &parse_quote!(
            struct T {
                #[serde(with = "m", default)]
                #[contract(as = "String")]
                a: u8,
            }
        ),
        "the form of the default value is not known",
    );
    refused(
        &parse_quote!(
            struct T {
                #[contract(integer = "string")]
                a: u64,
            }
        ),
        "stator_contract::decimal",
    );
}

#[test]
fn every_mistake_shows_at_once() {
    let two = errors(&parse_quote!(
        struct T {
            #[serde(alias = "x")]
            a: u8,
            #[serde(skip_deserializing)]
            b: u8,
        }
    ));
    assert_eq!(two.lines().count(), 2, "{two}");
}

#[test]
fn options_of_the_attribute_are_checked() {
    refused(
        &parse_quote!(
            struct T {
                #[contract(maximum = 1)]
                a: u8,
            }
        ),
        "unknown option",
    );
    refused(
        &parse_quote!(
            struct T {
                #[contract(integer = "float")]
                a: u64,
            }
        ),
        "expected \"bigint\"",
    );
    refused(
        &parse_quote!(
            struct T {
                #[contract(min = "1")]
                a: u64,
            }
        ),
        "expected a number",
    );
    // serde's own parser speaks here.
    refused(
        &parse_quote!(
            struct T {
                #[serde(rename_all = "Weird")]
                a: u64,
            }
        ),
        "unknown",
    );
}

#[test]
fn contracts_are_traits_of_endpoints() {
    let expand = |arguments, item| crate::service::expand(arguments, item).map_err(|error| error.to_string());
    let namespace = || quote::quote!(namespace = "n");
    let ok = expand(
        namespace(),
        parse_quote!(
            trait S {
                #[endpoint(idempotent, timeout_ms = 5)]
                fn a(&self, request: A) -> B;
            }
        ),
    );
    assert!(ok.is_ok_and(|tokens| tokens.to_string().contains("struct SContract")));
    for (arguments, item, sentence) in [
        (
            quote::quote!(),
            parse_quote!(
                trait S {
                    fn a(&self, r: A) -> B;
                }
            ),
            "name the namespace",
        ),
        (
            quote::quote!(namespace = "No Spaces"),
            parse_quote!(
                trait S {
                    fn a(&self, r: A) -> B;
                }
            ),
            "1 to 128 letters",
        ),
        (
            namespace(),
            parse_quote!(
                trait S {}
            ),
            "promises nothing",
        ),
        (
            namespace(),
            parse_quote!(
                trait S {
                    fn a(&self) -> B;
                }
            ),
            "takes &self and one request",
        ),
        (
            namespace(),
            parse_quote!(
                trait S {
                    fn a(&self, r: A);
                }
            ),
            "returns a response",
        ),
        (
            namespace(),
            parse_quote!(
                trait S {
                    fn a(&self, r: A) -> B {
                        todo()
                    }
                }
            ),
            "has no body",
        ),
        (
            namespace(),
            parse_quote!(
                trait S {
                    #[endpoint(retries = 1)]
                    fn a(&self, r: A) -> B;
                }
            ),
            "unknown option",
        ),
        (
            namespace(),
            parse_quote!(
                trait S<T> {
                    fn a(&self, r: A) -> B;
                }
            ),
            "plain trait",
        ),
        (
            quote::quote!(namespace = "test", service),
            parse_quote!(
                trait S {
                    fn connect(&self, r: A) -> B;
                }
            ),
            "clients have a method of this name",
        ),
        (
            quote::quote!(namespace = "test", service = "runtime"),
            parse_quote!(
                trait S {
                    fn a(&self, r: A) -> Result<B>;
                }
            ),
            "name both types here",
        ),
    ] {
        let error = expand(arguments, item).err().unwrap_or_default();
        assert!(error.contains(sentence), "expected {sentence:?} in {error:?}");
    }
}
