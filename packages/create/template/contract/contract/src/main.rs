//! Prints the document of the contract.

stator_contract::main!(greetings_contract::contracts);
