//! `tokio-peer server` and `tokio-peer client ADDRESS TASK`: what `bench/server-process.ts` and `bench/client-process.ts`
//! do with a peer in TypeScript, with raw sockets, one thread on each side, and nothing else.

mod client;
mod messages;
mod server;
mod usage;
mod writer;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else {
        eprintln!("the runtime did not start");
        return ExitCode::FAILURE;
    };
    let local = tokio::task::LocalSet::new();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["server"] => local.block_on(&runtime, server::run()),
        ["client", address, task] => local.block_on(&runtime, client::run(address, task)),
        _ => Err("usage: tokio-peer server | client ADDRESS TASK".into()),
    };
    if let Err(error) = done {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Whatever ends the process.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
