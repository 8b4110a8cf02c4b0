//! The system server: health, liveness and metrics over HTTP, for probes and scrapers.

mod application;
mod health_report;
pub mod metrics;
mod routes;
mod system_server;
mod system_state;

pub use application::{Application, Check, ServiceHealth, ServicesHealth};
pub use metrics::{EndpointMetrics, Metrics};
pub use system_server::SystemServer;
pub use system_state::SystemState;
