//! Reads lines `Type JSON` and answers each with what serde makes of it: `ok JSON` or `error text`.

use std::io::{BufWriter, Write, stdin, stdout};

fn main() -> std::io::Result<()> {
    let mut output = BufWriter::new(stdout());
    for line in stdin().lines() {
        let line = line?;
        let (name, json) = line.split_once(' ').unwrap_or((&line, ""));
        match stator_contract_fixtures::round_trip(name, json) {
            Ok(text) => writeln!(output, "ok {text}")?,
            Err(error) => writeln!(output, "error {}", error.replace('\n', " "))?,
        }
    }
    output.flush()
}
