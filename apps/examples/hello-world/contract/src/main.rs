//! Prints the document of the contract.

stator_contract::main!(hello_world_contract::contracts);
