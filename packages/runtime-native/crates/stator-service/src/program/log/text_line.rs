use std::fmt;

use serde_json::Value;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use super::{fields::Fields, time};

/// `2026-01-31T12:00:00.500Z INFO  message key=value`.
pub(super) struct TextLine;

impl<S, N> FormatEvent<S, N> for TextLine
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let fields = Fields::of(context, event);
        let level = event.metadata().level().as_str();
        write!(writer, "{} {level:<5} {}", time::now()?, one_line(&fields.message))?;
        for (key, value) in &fields.named {
            match value {
                Value::String(text) => write!(writer, " {key}={}", one_line(text))?,
                other => write!(writer, " {key}={other}")?,
            }
        }
        writeln!(writer)
    }
}

/// A line stays one line: text that comes from outside cannot pretend to be another.
fn one_line(text: &str) -> String {
    text.replace('\n', "\\n").replace('\r', "\\r")
}
