//! Log lines on standard error, once a process.

use std::{
    env,
    io::{self, IsTerminal},
};

use tracing_subscriber::{EnvFilter, fmt, util::SubscriberInitExt};

use super::RuntimeConfig;
use crate::{Error, ErrorCode, Result};

/// Starts logging as `config` says. The first call of a process decides; later ones, and calls in a program that has
/// a subscriber of its own, change nothing.
pub fn init_logging(config: &RuntimeConfig) -> Result<()> {
    let filter = check_filter(&config.log)?;
    let builder = fmt().with_env_filter(filter).with_writer(io::stderr);
    // An error means that somebody else was first, which is fine.
    let _already = if config.log_json {
        builder.json().flatten_event(true).finish().try_init()
    } else {
        let colours = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none();
        builder.with_ansi(colours).finish().try_init()
    };
    Ok(())
}

/// Reads a filter, or says what is wrong with it.
pub(super) fn check_filter(text: &str) -> Result<EnvFilter> {
    EnvFilter::try_new(text).map_err(|error| {
        Error::new(
            ErrorCode::InvalidArgument,
            format!("the log filter {text:?} will not do: {error}"),
        )
    })
}
