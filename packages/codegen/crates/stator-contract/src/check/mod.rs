//! What a contract asks of a value beyond its type: limits, finite numbers, integers that others can hold.

mod asked;
mod js_number;
mod misfit;

pub use asked::Asked;
pub(crate) use js_number::JsNumber;
pub use misfit::{Misfit, Segment};
