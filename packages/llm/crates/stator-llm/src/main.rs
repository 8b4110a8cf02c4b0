//! Prints the document of the contract and of the addon.

stator_contract::main!(stator_llm::contracts);
