//! Configuration: options over environment over defaults, every value checked, every mistake named.

mod choice;
mod described;
mod from_json;
mod kind;
pub mod logging;
mod resolver;
mod runtime_config;
mod secret;
mod setting;
mod setting_type;

pub use choice::{
    DiscoveryBackend, EventPlane, HealthStatus, KvBackend, QueueBackend, RequestPlane, RequestPlaneCodec, ResponsePlane,
};
pub use described::{Described, Source};
pub use kind::Kind;
pub use logging::init_logging;
pub use runtime_config::{RuntimeConfig, RuntimeOptions, SETTINGS};
pub use secret::Secret;
pub use setting::Setting;
