//! The contract of the mixed-languages example. A service in Rust and one in TypeScript stand behind it alike.

mod count_error;
mod counter;
mod messages;

pub use count_error::CountError;
pub use counter::*;
pub use messages::{Count, Hop, Language, Numbers, Pause, Token, Words};

/// What TypeScript gets.
pub fn contracts(contracts: &mut stator_contract::Contracts) {
    contracts.service::<CounterContract>();
}
