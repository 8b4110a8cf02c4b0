//! What a part of the runtime counts, made part of what is scraped.

use prometheus::{Registry, core::Collector};

use crate::{Error, ErrorCode, Result};

/// Registers the collectors of one part of the runtime. `part` stands in the message: `discovery`.
pub(crate) fn register_all<const N: usize>(
    part: &str,
    registry: &Registry,
    collectors: [Box<dyn Collector>; N],
) -> Result<()> {
    for collector in collectors {
        registry
            .register(collector)
            .map_err(|error| cannot_be_set_up(part, &error))?;
    }
    Ok(())
}

/// The error for a part whose metrics could not be made.
pub(crate) fn cannot_be_set_up(part: &str, error: &prometheus::Error) -> Error {
    Error::new(
        ErrorCode::Internal,
        format!("the metrics of {part} cannot be set up: {error}"),
    )
}
