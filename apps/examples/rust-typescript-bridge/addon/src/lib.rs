//! The addon of the guide in docs/bridge.md. The TypeScript in `../generated` comes out of it (`bun run codegen`).

mod calculator;
mod config;
mod errors;
mod jobs;
mod memory;
mod numbers;
mod streams;
mod threads;

use calculator::Calculator;
use config::{Config, other_mode};
use errors::{divide, divide_later, panics};
use jobs::plan;
use memory::{address_of, address_of_copy, address_of_result, address_while_blocking, give_bytes, sum_bytes};
use numbers::{add_numbers, count_entries, distance, echo_i64, echo_u32, fibonacci, to_capitals};
use streams::{count_to, endless, next_number, number_later, produced};
use threads::{
    finish_or_stop, report_each_step, started, stopped, sum_of_roots, sum_of_roots_later, thread_number,
    thread_number_later,
};

pub use jobs::{Job, Jobs, JobsContract, Plan};

stator_bindings::addon! {
    bindings: [
        add_numbers, fibonacci, to_capitals, distance, echo_u32, echo_i64, count_entries,
        Calculator, Config, other_mode,
        divide, divide_later, panics,
        address_of, address_of_copy, address_while_blocking, address_of_result, give_bytes, sum_bytes,
        count_to, endless, produced, next_number, number_later,
        sum_of_roots, sum_of_roots_later, thread_number, thread_number_later, report_each_step, finish_or_stop, started, stopped,
        plan,
    ],
}

/// Everything that this crate publishes.
pub fn contracts(contracts: &mut stator_contract::Contracts) {
    contracts.service::<JobsContract>().bindings(bindings);
}
