//! Prints the document of the table of types.

stator_contract::main!(bridge_type_mapping::contracts);
