use serde::{Deserialize, Serialize};
use stator_bindings::{Callback, binding};
use stator_contract::Contract;
use ts_rs::TS;

/// How far the work has come.
#[derive(Debug, Serialize, Deserialize, TS, Contract)]
pub struct Progress {
    pub done: u32,
    pub of: u32,
}

/// Reports each step.
#[binding(blocking)]
pub fn with_progress(steps: u32, on_progress: Callback<Progress>) -> Result<u32, String> {
    for done in 1..=steps {
        on_progress.send(Progress { done, of: steps })?;
    }
    Ok(steps)
}

/// Asks JavaScript, and gives back what it said.
#[binding(blocking)]
pub fn ask(question: String, answer: Callback<String, u32>) -> Result<u32, String> {
    Ok(answer.call(question)?)
}

/// More reports than may wait.
#[binding(blocking)]
pub fn many_reports(count: u32, on_report: Callback<u32>) -> u32 {
    (0..count).filter(|number| on_report.send(*number).is_ok()).count() as u32
}
