//! What bindings look like in the document, and what is refused there.

use std::fmt::Display;

use stator_bindings::{Callback, Cancellation, binding, raw_bindings};
use stator_contract::{Binding, BoundError, BoundType, CallMode, Contracts, Document, Form, Registry};

/// Adds.
#[binding]
pub fn add_numbers(first_number: i32, b: Option<u64>) -> Result<f64, String> {
    let _ = (first_number, b);
    Ok(0.0)
}

#[binding(blocking, name = "work")]
pub fn work_with_rust_name(on_progress: Callback<u32>, bytes: &[u8], cancellation: Cancellation) {
    let _ = (on_progress, bytes, cancellation);
}

#[binding]
pub fn many() -> Result<impl Iterator<Item = Result<Vec<String>, std::fmt::Error>>, String> {
    Ok(std::iter::empty())
}

#[binding]
pub fn lost(value: Option<Option<u8>>) {
    let _ = value;
}

#[binding]
pub fn forgotten(object: &Thing) -> Option<Thing> {
    let _ = object;
    None
}

/// On the struct.
#[derive(Default)]
#[binding]
pub struct Thing;

#[binding]
impl Thing {
    #[binding(constructor)]
    pub fn new() -> Self {
        Self
    }

    #[binding(getter)]
    pub fn size(&self) -> u8 {
        0
    }

    #[binding(setter)]
    pub fn set_size(&mut self, size: u8) {
        let _ = size;
    }

    /// Makes another.
    pub fn make_another() -> Self {
        Self
    }
}

/// The same with other documentation.
mod again {
    use stator_bindings::binding;

    /// Adds, as before.
    #[binding]
    pub fn add_numbers(first_number: i32, b: Option<u64>) -> Result<f64, String> {
        let _ = (first_number, b);
        Ok(1.0)
    }
}

fn document(bindings: impl FnOnce(&mut Registry) -> Vec<Binding>) -> Result<Document, Vec<String>> {
    let mut contracts = Contracts::default();
    contracts.bindings(bindings);
    contracts.document("tests")
}

fn found<T, E: Display>(result: Result<T, Vec<E>>) -> Result<T, String> {
    result.map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

#[test]
fn functions() -> Result<(), String> {
    let document = found(document(raw_bindings![add_numbers, work_with_rust_name, many]))?;
    let bindings = document.bindings.ok_or("no bindings")?;
    let [
        Binding::Function(add),
        Binding::Function(work),
        Binding::Function(many),
        ..,
    ] = bindings.items.as_slice()
    else {
        return Err(format!("{:?}", bindings.items));
    };
    assert_eq!((add.name.as_str(), add.docs.as_deref()), ("addNumbers", Some("Adds.")));
    assert_eq!(add.rust, "document::add_numbers");
    assert_eq!(add.call.parameters[0].name, "firstNumber");
    assert!(matches!(
        add.call.parameters[1].bound,
        BoundType::Value { form: Form::Bigint, .. }
    ));
    assert_eq!(
        (add.call.mode, &add.call.error),
        (CallMode::Sync, &Some(BoundError::Text))
    );
    assert_eq!((work.name.as_str(), work.call.mode), ("work", CallMode::Task));
    // JavaScript does not see the cancellation.
    assert_eq!(work.call.parameters.len(), 2);
    assert!(matches!(
        &work.call.parameters[0].bound,
        BoundType::Callback {
            argument: Some(_),
            result: None
        }
    ));
    assert_eq!(work.call.result, None);
    assert_eq!(many.call.mode, CallMode::Stream);
    assert_eq!(
        (&many.call.error, &many.call.item_error),
        (&Some(BoundError::Text), &Some(BoundError::Text))
    );
    Ok(())
}

#[test]
fn classes() -> Result<(), String> {
    let document = found(document(raw_bindings![Thing]))?;
    let bindings = document.bindings.ok_or("no bindings")?;
    let Some(Binding::Class(class)) = bindings.items.first() else {
        return Err(format!("{:?}", bindings.items));
    };
    let names =
        |list: &[stator_contract::BoundFunction]| list.iter().map(|call| call.call.export.clone()).collect::<Vec<_>>();
    assert_eq!(class.docs.as_deref(), Some("On the struct."));
    assert_eq!(
        class.construct.as_ref().map(|call| call.call.export.as_str()),
        Some("Thing.new")
    );
    assert_eq!(names(&class.statics), ["Thing.makeAnother"]);
    assert_eq!(
        (names(&class.getters), names(&class.setters)),
        (vec!["Thing.size".into()], vec!["Thing.size=".into()])
    );
    // What every addon has beside its own.
    assert!(bindings.items.iter().any(|binding| binding.name() == "stator.drain"));
    Ok(())
}

#[test]
fn the_hash_is_over_what_crosses_and_not_over_documentation() -> Result<(), String> {
    let hash = |document: Document| document.bindings.map(|bindings| bindings.hash);
    let first = found(document(raw_bindings![add_numbers]))?;
    let second = found(document(raw_bindings![again::add_numbers]))?;
    assert_ne!(first.hash, second.hash);
    assert_eq!(hash(first.clone()), hash(second));
    assert_ne!(hash(first), hash(found(document(raw_bindings![many]))?));
    Ok(())
}

#[test]
fn what_cannot_be_described_is_named() {
    let problems = |result: Result<Document, Vec<String>>| result.err().unwrap_or_default().join("; ");
    let lost = problems(document(raw_bindings![lost]));
    assert!(
        lost.starts_with("lost: Option<Option<T>> is null in both cases"),
        "{lost}"
    );
    let twice = problems(document(raw_bindings![add_numbers, again::add_numbers]));
    assert!(twice.contains("two bindings are called addNumbers"), "{twice}");
    let forgotten = problems(document(raw_bindings![forgotten]));
    assert!(
        forgotten.contains("takes or returns a Thing, which is not among the bindings"),
        "{forgotten}"
    );
    assert_eq!(problems(document(raw_bindings![forgotten, Thing])), "");
}
