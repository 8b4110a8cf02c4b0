//! What a document says, and what is refused when it is made.

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use stator_contract::{Contract, Contracts, DeclaredError, Document, IntegerPolicy, Stream, TypeRef, contract_service};
use ts_rs::TS;

#[derive(Serialize, Deserialize, TS, Contract)]
struct Ask {
    /// Documented.
    text: String,
}

#[derive(Serialize, Deserialize, TS, Contract)]
struct Answer {
    parts: Vec<Part>,
}

#[derive(Serialize, Deserialize, TS, Contract)]
struct Part {
    size: u64,
}

#[derive(Serialize, Deserialize, TS, Contract)]
struct Unrelated {
    a: u8,
}

/// Asks.
#[contract_service(namespace = "test")]
#[expect(dead_code, reason = "contracts are described, not run")]
trait Asking {
    #[endpoint(name = "ask-it", timeout_ms = 10, idempotent)]
    async fn ask(&self, request: Ask) -> Answer;
    fn stream(&self, request: Stream<Ask>) -> Stream<Answer>;
}

fn document(describe: impl FnOnce(&mut Contracts)) -> Result<Document, Vec<String>> {
    let mut contracts = Contracts::default();
    describe(&mut contracts);
    contracts.document("test-crate")
}

fn json(document: &Document) -> serde_json::Value {
    serde_json::to_value(document).unwrap_or_default()
}

#[test]
fn a_service_brings_its_types() -> Result<(), Vec<String>> {
    let document = document(|contracts| {
        contracts.service::<AskingContract>();
    })?;
    let names: Vec<_> = document.types.iter().map(|each| each.name.as_str()).collect();
    assert_eq!(names, ["Answer", "Ask", "Part"]);
    let service = &json(&document)["services"][0];
    assert_eq!(service["component"], "asking");
    assert_eq!(service["docs"], "Asks.");
    assert_eq!(service["endpoints"][0]["name"], "ask-it");
    assert_eq!(service["endpoints"][0]["kind"], "unary");
    assert_eq!(service["endpoints"][0]["timeoutMs"], 10);
    assert_eq!(service["endpoints"][1]["kind"], "duplex");
    assert_eq!(service["endpoints"][1]["idempotent"], false);
    Ok(())
}

#[test]
fn the_same_source_gives_the_same_bytes_in_any_order() -> Result<(), Vec<String>> {
    let first = document(|contracts| {
        contracts.service::<AskingContract>().add::<Unrelated>();
    })?;
    let second = document(|contracts| {
        contracts.add::<Unrelated>().add::<Part>().service::<AskingContract>();
    })?;
    assert_eq!(first, second);
    assert_eq!(first.hash.len(), 64);
    Ok(())
}

#[test]
fn hashes_change_with_the_wire_and_with_nothing_else() -> Result<(), Vec<String>> {
    /// The same again, with other words.
    mod same {
        use super::{Contract, Deserialize, Serialize, TS, contract_service};
        #[derive(Serialize, Deserialize, TS, Contract)]
        pub struct Ask {
            /// Other words.
            text: String,
        }
        #[derive(Serialize, Deserialize, TS, Contract)]
        pub struct Answer {
            parts: Vec<Part>,
        }
        #[derive(Serialize, Deserialize, TS, Contract)]
        pub struct Part {
            size: u64,
        }
        #[contract_service(namespace = "test")]
        #[expect(dead_code, reason = "contracts are described, not run")]
        pub trait Asking {
            #[endpoint(name = "ask-it", timeout_ms = 10, idempotent)]
            async fn ask(&self, request: Ask) -> Answer;
        }
    }
    /// One integer deep inside is narrower.
    mod other {
        use super::{Ask, Contract, Deserialize, Serialize, TS, contract_service};
        #[derive(Serialize, Deserialize, TS, Contract)]
        pub struct Answer {
            parts: Vec<Part>,
        }
        #[derive(Serialize, Deserialize, TS, Contract)]
        pub struct Part {
            size: u32,
        }
        #[contract_service(namespace = "test")]
        #[expect(dead_code, reason = "contracts are described, not run")]
        pub trait Asking {
            #[endpoint(name = "ask-it", timeout_ms = 10, idempotent)]
            async fn ask(&self, request: Ask) -> Answer;
        }
    }
    let hash = |document: &Document| document.services[0].endpoints[0].hash.clone();
    let first = hash(&document(|contracts| {
        contracts.service::<AskingContract>().add::<Unrelated>();
    })?);
    let same = hash(&document(|contracts| {
        contracts.service::<same::AskingContract>();
    })?);
    let other = hash(&document(|contracts| {
        contracts.service::<other::AskingContract>();
    })?);
    assert_eq!(first, same);
    assert_ne!(first, other);
    Ok(())
}

/// An error that some endpoints below declare, in several states of its life.
macro_rules! failing {
    ($module:ident, $reply:ty, $error:item) => {
        mod $module {
            use super::{Answer, Ask, Contract, Deserialize, Serialize, Stream, TS, contract_service};
            $error
            #[contract_service(namespace = "test")]
            #[expect(dead_code, reason = "contracts are described, not run")]
            pub trait Asking {
                async fn ask(&self, request: Ask) -> $reply;
                fn stream(&self, request: Ask) -> Result<Stream<Answer>, Failed>;
            }
        }
    };
}

failing! { plain, Result<Answer, Failed>,
    /// Why it failed.
    #[derive(Serialize, Deserialize, TS, Contract)]
    pub enum Failed { Late, #[contract(status = 404)] Missing { part: super::Part } }
}
failing! { reworded, Result<Answer, Failed>,
    #[derive(Serialize, Deserialize, TS, Contract)]
    pub enum Failed { /** Too late. */ Late, #[contract(status = 404)] Missing { part: super::Part } }
}
failing! { undeclared, Answer,
    #[derive(Serialize, Deserialize, TS, Contract)]
    pub enum Failed { Late, #[contract(status = 404)] Missing { part: super::Part } }
}
failing! { more, Result<Answer, Failed>,
    #[derive(Serialize, Deserialize, TS, Contract)]
    pub enum Failed { Late, #[contract(status = 404)] Missing { part: super::Part }, Early }
}
failing! { status, Result<Answer, Failed>,
    #[derive(Serialize, Deserialize, TS, Contract)]
    #[contract(status = 400)]
    pub enum Failed { Late, #[contract(status = 404)] Missing { part: super::Part } }
}

#[test]
fn a_declared_error_is_part_of_the_endpoint() -> Result<(), Vec<String>> {
    let endpoints = |describe: fn(&mut Contracts)| {
        document(describe).map(|document| {
            let json = json(&document);
            (document, json)
        })
    };
    let (document, json) = endpoints(|contracts| {
        contracts.service::<plain::AskingContract>();
    })?;
    let names: Vec<_> = document.types.iter().map(|each| each.name.as_str()).collect();
    assert_eq!(names, ["Answer", "Ask", "Failed", "Part"]);
    let service = &json["services"][0];
    assert_eq!(
        service["endpoints"][0]["error"],
        serde_json::json!({ "kind": "ref", "name": "Failed" })
    );
    assert_eq!(service["endpoints"][0]["kind"], "unary");
    assert_eq!(service["endpoints"][1]["kind"], "server-stream");
    let failed = &json["types"][2];
    assert_eq!(failed["status"], serde_json::Value::Null);
    assert_eq!(failed["shape"]["variants"][1]["status"], 404);

    let hash = |describe: fn(&mut Contracts)| {
        endpoints(describe).map(|(found, _)| found.services[0].endpoints[0].hash.clone())
    };
    let plain = document.services[0].endpoints[0].hash.clone();
    assert_eq!(
        plain,
        hash(|contracts| _ = contracts.service::<reworded::AskingContract>())?
    );
    assert_ne!(
        plain,
        hash(|contracts| _ = contracts.service::<undeclared::AskingContract>())?
    );
    assert_ne!(
        plain,
        hash(|contracts| _ = contracts.service::<more::AskingContract>())?
    );
    assert_ne!(
        plain,
        hash(|contracts| _ = contracts.service::<status::AskingContract>())?
    );
    Ok(())
}

#[test]
fn an_error_says_what_it_means() {
    /// There is no such thing.
    #[derive(Serialize, Deserialize, TS, Contract)]
    #[contract(status = 404)]
    struct Missing {
        name: String,
    }
    #[derive(Serialize, Deserialize, TS, Contract)]
    #[serde(rename_all = "snake_case")]
    #[contract(status = 503)]
    enum Failed {
        /// The text is longer
        /// than the limit.
        ///
        /// More words.
        #[contract(status = 413)]
        TooLong {
            limit: u64,
        },
        NotNow(u8),
    }
    #[derive(Serialize, Deserialize, TS, Contract)]
    struct Shown;
    impl std::fmt::Display for Shown {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("in its own words")
        }
    }
    fn said(error: &impl DeclaredError) -> (Option<u16>, String) {
        (error.http_status(), error.message())
    }
    let name = String::new();
    assert_eq!(
        said(&Missing { name }),
        (Some(404), "There is no such thing.".to_owned())
    );
    let too_long = Failed::TooLong { limit: 1 };
    assert_eq!(
        said(&too_long),
        (Some(413), "The text is longer than the limit.".to_owned())
    );
    assert_eq!(said(&Failed::NotNow(1)), (Some(503), "Failed: not_now".to_owned()));
    assert_eq!(said(&Shown), (None, "in its own words".to_owned()));
}

#[test]
fn defaults_are_those_of_the_compiled_program() -> Result<(), Vec<String>> {
    #[derive(Default, Serialize, Deserialize, TS, Contract)]
    struct Defaults {
        #[serde(default = "largest")]
        largest: u64,
        #[serde(default = "tenth")]
        tenth: f32,
        #[serde(default)]
        map: HashMap<String, u8>,
    }
    fn largest() -> u64 {
        u64::MAX
    }
    fn tenth() -> f32 {
        0.1
    }
    let document = json(&document(|contracts| {
        contracts.add::<Defaults>();
    })?);
    let fields = &document["types"][0]["shape"]["fields"];
    assert_eq!(fields[0]["default"].to_string(), "18446744073709551615");
    assert_eq!(fields[1]["default"].to_string(), "0.1");
    assert_eq!(fields[2]["default"].to_string(), "{}");
    Ok(())
}

#[test]
fn constants_are_sorted() -> Result<(), Vec<String>> {
    let table: HashMap<String, u8> = ('a'..='z').map(|letter| (letter.to_string(), 1)).collect();
    let document = document(|contracts| {
        contracts.constant("letters", "", &table);
    })?;
    let sorted: BTreeMap<_, _> = table.into_iter().collect();
    let text = serde_json::to_string(&document.constants[0].value).unwrap_or_default();
    assert_eq!(text, serde_json::to_string(&sorted).unwrap_or_default());
    Ok(())
}

#[test]
fn what_has_no_exact_form_is_refused_with_its_place() {
    #[derive(Serialize, Deserialize, TS, Contract)]
    struct Wrong {
        twice: Option<Option<u8>>,
        #[contract(max_length = 1)]
        number: u8,
        #[contract(min = 2, max = 1)]
        range: i8,
        #[contract(min = 0.5)]
        whole: u8,
        #[contract(integer = "number")]
        narrow: u32,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        absent: Vec<u8>,
        long: Inner,
    }
    #[derive(Serialize, Deserialize, TS, Contract)]
    struct Inner(#[contract(min_length = 2, max_length = 1)] String);
    let problems = document(|contracts| {
        contracts.add::<Wrong>();
    })
    .err()
    .unwrap_or_default();
    let beginnings = [
        "Wrong.twice: Option<Option<T>>",
        "Wrong.number: min_length and max_length are for String",
        "Wrong.range: min 2 is greater than max 1",
        "Wrong.whole: min and max of an integer are integers",
        "Wrong.narrow: #[contract(integer = ...)] is for fields that hold a u64",
        "Wrong.absent: the writer may leave the key out",
        "Inner: min_length 2 is greater than max_length 1",
    ];
    assert_eq!(problems.len(), beginnings.len(), "{problems:#?}");
    for (problem, beginning) in problems.iter().zip(beginnings) {
        assert!(problem.starts_with(beginning), "{problem}");
    }
}

#[test]
fn two_types_of_one_name_are_refused() {
    mod elsewhere {
        use super::{Contract, Deserialize, Serialize, TS};
        #[derive(Serialize, Deserialize, TS, Contract)]
        pub struct Part {
            other: u8,
        }
    }
    let problems = document(|contracts| {
        contracts.add::<Part>().add::<elsewhere::Part>();
    })
    .err()
    .unwrap_or_default();
    assert!(
        problems[0].starts_with("two types are called Part: document::Part and document::"),
        "{problems:#?}"
    );
}

#[derive(TS, Contract)]
struct Shared {
    text: Arc<str>,
    list: Rc<[Arc<u64>]>,
}

/// serde writes these with its feature `rc` only, which a contract crate may enable.
#[test]
fn shared_pointers_are_what_they_point_to() -> Result<(), Vec<String>> {
    let document = document(|contracts| {
        contracts.add::<Shared>();
    })?;
    let [shared] = document.types.as_slice() else {
        return Err(vec!["expected one type".to_owned()]);
    };
    let wide = TypeRef::Int {
        bits: 64,
        signed: false,
        policy: Some(IntegerPolicy::Bigint),
    };
    let mut types = Vec::new();
    shared.shape.visit_types(&mut |type_ref| types.push(type_ref.clone()));
    assert_eq!(
        types,
        [
            TypeRef::String,
            TypeRef::List {
                of: Box::new(wide.clone())
            },
            wide
        ]
    );
    Ok(())
}
