//! What things may be called, and what was probably meant.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use stator_runtime::{
    ErrorCode,
    discovery::{near_names, validate_name},
};

#[test]
fn names_that_may_be_used() {
    for name in ["a", "Backend", "vllm-worker_2", &"x".repeat(128)] {
        validate_name("component", name).expect("a good name");
    }
}

#[test]
fn names_that_may_not_be_used() {
    let long = "x".repeat(129);
    let endless = "/".repeat(1_000_000);
    let table = [
        ("", "is empty"),
        ("a.b", "contains '.'"),
        ("a/b", "contains '/'"),
        ("a b", "contains ' '"),
        ("naïve", "contains 'ï'"),
        ("a\0", "contains '\\0'"),
        (long.as_str(), "has 129 characters"),
        (endless.as_str(), "contains '/'"),
    ];
    for (name, reason) in table {
        let error = validate_name("namespace", name).expect_err("a bad name");
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert!(
            error.message.contains("namespace") && error.message.contains(reason),
            "{}",
            error.message
        );
        assert!(error.message.len() < 500, "{} bytes", error.message.len());
    }
}

#[test]
fn near_names_are_the_nearest_and_no_more_than_three() {
    let known = ["generate", "generale", "generated", "count", "generator"];
    assert_eq!(near_names("genrate", known), ["generate", "generale", "generated"]);
    assert_eq!(
        near_names("GENERATE", ["generate", "count"]),
        ["generate"],
        "whatever the case"
    );
    assert!(near_names("count", known).is_empty(), "what is there needs no guess");
    assert!(near_names("something-else", known).is_empty());
    assert_eq!(near_names("cuont", ["count", "count"]), ["count"], "once");
}
