use std::fmt;

use serde_json::Value;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use super::{fields::Fields, time};

/// `{"time":"...","level":"info","message":"...","key":"value"}`.
pub(super) struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let fields = Fields::of(context, event);
        let level = event.metadata().level().as_str().to_ascii_lowercase();
        let head = [
            ("time", Value::from(time::now()?)),
            ("level", level.into()),
            ("message", fields.message.into()),
        ];
        let named = fields
            .named
            .iter()
            .filter(|(key, _)| !head.iter().any(|(name, _)| name == key));
        let entries = head.iter().map(|(key, value)| (*key, value));
        for (place, (key, value)) in entries
            .chain(named.map(|(key, value)| (key.as_str(), value)))
            .enumerate()
        {
            let before = if place == 0 { '{' } else { ',' };
            write!(writer, "{before}{}:{value}", Value::from(key))?;
        }
        writeln!(writer, "}}")
    }
}
