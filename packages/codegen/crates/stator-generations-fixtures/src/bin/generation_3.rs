//! Prints the document of the third generation.

stator_contract::main!(stator_generations_fixtures::third::contracts);
