use std::{
    io::{Write, stderr, stdout},
    process::ExitCode,
};

use crate::contracts::Contracts;

/// Writes the `main` of a contract crate's binary, which prints its document: `stator_contract::main!(my::contracts);`
/// where `contracts` is a `fn(&mut Contracts)`.
#[macro_export]
macro_rules! main {
    ($describe:path) => {
        fn main() -> ::std::process::ExitCode {
            $crate::print_document(env!("CARGO_PKG_NAME"), $describe)
        }
    };
}

/// Prints the document as JSON. When something has no exact form, prints every reason instead and fails.
pub fn print_document(crate_name: &str, describe: fn(&mut Contracts)) -> ExitCode {
    let mut contracts = Contracts::default();
    describe(&mut contracts);
    match contracts.document(crate_name) {
        Ok(document) => {
            let printed = serde_json::to_string_pretty(&document)
                .map_err(std::io::Error::other)
                .and_then(|text| writeln!(stdout(), "{text}"));
            match printed {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => fail(&[format!("the document could not be written: {error}")]),
            }
        }
        Err(problems) => fail(&problems),
    }
}

fn fail(problems: &[String]) -> ExitCode {
    for problem in problems {
        // Nothing is left to be done when even this cannot be written.
        let _ = writeln!(stderr(), "{problem}");
    }
    ExitCode::FAILURE
}
