//! Log lines on standard error, in the form that Stator programs have in every language.

mod fields;
mod json_line;
mod text_line;
mod time;

use std::io;

use stator_runtime::{Error, ErrorCode, Result, config::RuntimeConfig};
use tracing_subscriber::{EnvFilter, fmt, util::SubscriberInitExt};

use self::{fields::SpanFields, json_line::JsonLine, text_line::TextLine};

/// Starts logging. A program that has a subscriber of its own already keeps that.
pub(super) fn start(config: &RuntimeConfig) -> Result<()> {
    let filter = EnvFilter::try_new(filter(&config.log)).map_err(|error| {
        Error::new(
            ErrorCode::InvalidArgument,
            format!("DYN_LOG is {:?}, which will not do: {error}", config.log),
        )
    })?;
    let builder = fmt().with_env_filter(filter).with_writer(io::stderr);
    let builder = builder.fmt_fields(SpanFields);
    let _already = if config.log_json {
        builder.event_format(JsonLine).finish().try_init()
    } else {
        builder.event_format(TextLine).finish().try_init()
    };
    Ok(())
}

/// The core's own default is `warn`; lines of the program itself are wanted from `info` on.
fn filter(configured: &str) -> String {
    let is_set = std::env::var("DYN_LOG").is_ok_and(|text| !text.is_empty());
    if is_set {
        configured.to_owned()
    } else {
        "info,stator_runtime=warn".to_owned()
    }
}
