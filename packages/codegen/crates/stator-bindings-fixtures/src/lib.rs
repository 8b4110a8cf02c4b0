//! An addon with every kind of binding. Tests call it with everything that could go wrong.

mod bytes;
mod callbacks;
mod config;
mod counter;
mod failures;
mod messages;
mod scalars;
mod streams;
mod tasks;

use bytes::*;
use callbacks::*;
use config::Config;
use counter::*;
use failures::*;
use messages::*;
use scalars::*;
use streams::*;
use tasks::*;

stator_bindings::addon! {
    bindings: [
        add_numbers, echo_u8, echo_i8, echo_u16, echo_i16, echo_u32, echo_i32, echo_u64, echo_i64, echo_u128, echo_i128,
        echo_f32, echo_f64, echo_bool, echo_string, echo_char, echo_optional, echo_optional_text, length_of, fibonacci,
        echo_list, echo_map, echo_settings, echo_json, describe_settings, echo_reserved, nest,
        echo_bytes, sum_of_bytes, sum_of_bytes_later, echo_optional_bytes,
        divide, parse_number, open_door, panics, panics_later, panics_with_a_value, find_failure, arithmetic,
        add_later, add_async, wait_until_cancelled, started_tasks, large_sum, hold_a_thread, held_threads,
 release_threads,
 wait_for_ever,
        count_to, count_bytes, count_then_fail, count_then_panic, refuse_to_open, count_messages, produced,
        watched, dropped_streams,
        with_progress, ask, many_reports,
        Counter, Config, merge, counter_or_none,
    ],
    threads: 2,
    in_flight: 8,
}

pub fn contracts(contracts: &mut stator_contract::Contracts) {
    contracts.add::<stator_bindings::FailureCode>().bindings(bindings);
}
