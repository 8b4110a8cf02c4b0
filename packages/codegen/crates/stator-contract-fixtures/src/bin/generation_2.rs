//! Prints the document of the second generation.

stator_contract::main!(stator_contract_fixtures::generations::second::contracts);
