//! What the original's wire needs of NATS: the connection, and what endpoints are called there.

mod bus;
mod bus_metrics;
pub mod subject;
mod tunnel;

pub use bus::{Bus, Refusal};
pub use bus_metrics::BusMetrics;
pub use tunnel::{Door, Tunnels};

#[cfg(fuzzing)]
pub use tunnel::fuzzing;
