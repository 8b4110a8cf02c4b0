//! Prints the document of the fixtures.

stator_contract::main!(stator_contract_fixtures::contracts);
