//! Prints the document of the addon and its contract.

stator_contract::main!(bridge_addon::contracts);
