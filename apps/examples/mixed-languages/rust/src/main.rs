//! The counter in Rust: a program that `stator serve` runs like any service.

mod counter;

use std::process::ExitCode;

use counter::Counter;
use mixed_contract::CounterContract;

fn main() -> ExitCode {
    stator_service::main(async |_runtime| Ok(CounterContract::serve(Counter)))
}
