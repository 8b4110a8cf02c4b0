//! Configuration: options over environment over defaults, every value checked, every mistake named.

mod choice;
mod described;
mod from_json;
mod kind;
pub mod logging;
mod resolver;
mod runtime_config;
mod secret;
mod security_config;
mod setting;
mod setting_type;

pub use choice::{
    DiscoveryBackend, EventPlane, HealthStatus, KvBackend, NatsResponses, QueueBackend, RequestPlane,
    RequestPlaneCodec, ResponsePlane, TlsClientAuth,
};
pub use described::{Described, Source};
pub use kind::Kind;
pub use logging::init_logging;
pub use runtime_config::{RuntimeConfig, RuntimeOptions, SETTINGS};
pub use secret::Secret;
pub use setting::Setting;
