//! Prints the document of the second generation.

stator_contract::main!(stator_generations_fixtures::second::contracts);
