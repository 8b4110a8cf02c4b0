//! What is counted, under the names of the original where they mean the same.

mod endpoint_metrics;
mod families;
mod memory;
mod registry;

pub use endpoint_metrics::EndpointMetrics;
pub use registry::Metrics;
