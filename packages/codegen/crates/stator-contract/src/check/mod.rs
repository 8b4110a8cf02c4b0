//! What a contract asks of a value beyond its type: limits, finite numbers, integers that others can hold.

mod asked;
mod misfit;

pub use asked::Asked;
pub use misfit::{Misfit, Segment};
