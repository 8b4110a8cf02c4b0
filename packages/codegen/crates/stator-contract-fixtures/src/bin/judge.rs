//! Reads lines `[[hash, document], [hash, document]]`, the contract of a caller and that of a service, and answers each with
//! what Rust makes of the two, as JSON.

use std::io::{BufWriter, Write, stdin, stdout};

use stator_judge::{ContractText, judge_contracts};

fn main() -> std::io::Result<()> {
    let mut output = BufWriter::new(stdout());
    for line in stdin().lines() {
        let sides: [(String, String); 2] = serde_json::from_str(&line?)?;
        let [caller, service] = sides.each_ref().map(|(hash, document)| ContractText { hash, document });
        let judgement = serde_json::to_string(&judge_contracts(caller, service))?;
        writeln!(output, "{judgement}")?;
    }
    output.flush()
}
