//! What front ends learn of a model by discovery.

mod model_card;

pub use model_card::*;
