//! Prints the document that `src/generated` comes out of.

stator_contract::main!(stator_binding::contracts);
