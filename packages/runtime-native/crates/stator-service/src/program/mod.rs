//! A program that serves: what a supervised worker does, in any language, from its environment to its exit code.

mod inherited;
mod log;
mod run;
mod signals;
mod supervisor;

pub use run::{BoxError, main};
