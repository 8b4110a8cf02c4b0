//! What goes wrong between a caller and a service. One file for each of `packages/contract/src/compare`.

mod describe_type;
mod effort;
mod form;
mod limits_fit;
mod literals_fit;
mod misfits;
mod numbers_fit;
mod opened;
mod same_text;
mod side;
mod sides;

pub(crate) use side::Side;
pub(crate) use sides::caller_breaks;
