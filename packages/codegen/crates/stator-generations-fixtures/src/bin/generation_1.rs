//! Prints the document of the first generation.

stator_contract::main!(stator_generations_fixtures::first::contracts);
