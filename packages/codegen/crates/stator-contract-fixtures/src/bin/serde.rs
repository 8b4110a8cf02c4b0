//! Reads lines `Type JSON` and answers each with what Rust makes of it: `ok JSON`, `misfit text` or `error text`.

use std::io::{BufWriter, Write, stdin, stdout};

fn main() -> std::io::Result<()> {
    let mut output = BufWriter::new(stdout());
    for line in stdin().lines() {
        let line = line?;
        let (name, json) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = stator_contract_fixtures::round_trip(name, json);
        writeln!(output, "{}", answer.replace('\n', " "))?;
    }
    output.flush()
}
