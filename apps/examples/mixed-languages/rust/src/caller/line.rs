use std::io::{self, Write, stdout};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a line asks for.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Command {
    Call(Call),
    /// The next request of a call that takes a stream.
    Send {
        send: u64,
        request: Value,
    },
    /// There are no more.
    Finish {
        finish: u64,
    },
    Cancel {
        cancel: u64,
    },
}

/// A call that is to be made.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// Its number, chosen by whoever asks for it.
    pub call: u64,
    pub method: String,
    /// Null for calls that take a stream.
    #[serde(default)]
    pub request: Value,
    pub timeout_ms: Option<u64>,
    /// In decimal.
    pub instance: Option<String>,
}

pub fn say(line: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string(line)?;
    writeln!(stdout().lock(), "{text}")
}
