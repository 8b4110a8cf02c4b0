//! Prints the document of the fixtures.

stator_contract::main!(stator_bindings_fixtures::contracts);
