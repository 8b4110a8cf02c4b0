//! Log lines of a whole process, as somebody who reads its standard error sees them.
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{env, process::Command};

use stator_runtime::config::{RuntimeConfig, RuntimeOptions, init_logging};

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn logs_something() {
    let config = RuntimeConfig::resolve(RuntimeOptions::default(), |name| env::var(name).ok()).expect("fine");
    init_logging(&config).expect("the first");
    init_logging(&config).expect("the second changes nothing");
    tracing::info!(answer = 42, "told");
    tracing::debug!("not told");
}

fn standard_error(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command.args(["--ignored", "--exact", "--nocapture", "logging::logs_something"]);
    let output = command
        .env_remove("DYN_LOG")
        .envs(variables.iter().copied())
        .output()
        .expect("a child");
    assert!(output.status.success());
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn says_what_the_filter_lets_through() {
    assert_eq!(standard_error(&[]), "", "information is not for everybody");
    let text = standard_error(&[("DYN_LOG", "info")]);
    assert!(text.contains("INFO") && text.contains("told answer=42"), "{text}");
    assert_eq!(text.lines().count(), 1, "once: {text}");
    assert!(!text.contains('\u{1b}'), "no colours into a pipe: {text:?}");
}

#[test]
fn writes_json_lines() {
    let text = standard_error(&[("DYN_LOG", "info"), ("DYN_LOGGING_JSONL", "true")]);
    let line: serde_json::Value = serde_json::from_str(&text).expect("one line of JSON");
    assert_eq!(
        (&line["level"], &line["message"], &line["answer"]),
        (&"INFO".into(), &"told".into(), &42.into())
    );
}
