//! The original's wire, from both sides.

#[path = "../support/mod.rs"]
mod support;

mod caller;
mod fuzz;
mod values;
mod worker;
