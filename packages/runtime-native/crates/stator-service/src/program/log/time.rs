use std::fmt;

use tracing_subscriber::fmt::{
    format::Writer,
    time::{FormatTime, SystemTime},
};

/// The time of now as `2026-01-31T12:00:00.500Z`.
pub(super) fn now() -> Result<String, fmt::Error> {
    let mut text = String::new();
    SystemTime.format_time(&mut Writer::new(&mut text))?;
    // It has microseconds.
    let millis = text.find('.').map_or(text.len(), |dot| (dot + 4).min(text.len()));
    text.truncate(millis);
    text.push('Z');
    Ok(text)
}
