//! What the services of the hello-world example say to each other.
//!
//! This crate is the one source: the TypeScript in `../generated` comes out of it (`bun run codegen`).

mod hop;
mod services;
mod token;
mod words;

pub use hop::Hop;
pub use services::{Backend, BackendContract, Middle, MiddleContract};
pub use token::Token;
pub use words::Words;

/// Everything that this crate publishes.
pub fn contracts(contracts: &mut stator_contract::Contracts) {
    contracts.service::<BackendContract>().service::<MiddleContract>();
}
