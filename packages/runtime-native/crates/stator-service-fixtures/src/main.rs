//! A worker of one release of the contract `generations.texts`, or a caller of the first one: `generations worker <1|2|3>`,
//! `generations caller`. Discovery is that of the environment.

mod caller;
mod worker;

use std::{env, process::ExitCode};

use stator_generations_fixtures::{first, second, third};
use stator_service::{BoxError, DistributedRuntime, Services};

use worker::Worker;

fn main() -> ExitCode {
    stator_service::main(start)
}

async fn start(runtime: DistributedRuntime) -> Result<Services, BoxError> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["worker", "1"] => Ok(first::TextsContract::serve(Worker)),
        ["worker", "2"] => Ok(second::TextsContract::serve(Worker)),
        ["worker", "3"] => Ok(third::TextsContract::serve(Worker)),
        ["caller"] => {
            caller::start(&runtime).await?;
            Ok(Services::default())
        }
        _ => Err("Usage: generations worker <1|2|3> | generations caller".into()),
    }
}
