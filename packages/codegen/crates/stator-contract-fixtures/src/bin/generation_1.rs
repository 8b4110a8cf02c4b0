//! Prints the document of the first generation.

stator_contract::main!(stator_contract_fixtures::generations::first::contracts);
