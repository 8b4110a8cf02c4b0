//! Prints the document of the third generation.

stator_contract::main!(stator_contract_fixtures::generations::third::contracts);
