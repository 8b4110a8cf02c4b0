//! Compares the contract of a caller with that of a service: the judge of clients in Rust.
//!
//! Its twin in TypeScript is `packages/contract/src/compare` (and `hash`, `model`), which JavaScript programs and
//! `stator-codegen diff` use without Rust. The two follow the same steps and say the same sentences: whoever changes one
//! changes the other. `packages/codegen/tests/judge-agreement.test.ts` holds them together, over random pairs of documents
//! and over every pair that the other tests of comparisons judge.

mod compare;
mod document;
mod hash;
mod judgement;
mod model;
mod text;
mod unjudged;

pub use judgement::{ContractText, Judgement, judge_contracts};
