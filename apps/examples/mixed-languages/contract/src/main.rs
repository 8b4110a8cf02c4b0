//! Prints the contract's document, from which TypeScript is generated.

stator_contract::main!(mixed_contract::contracts);
