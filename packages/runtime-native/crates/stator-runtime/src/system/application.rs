use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::{config::HealthStatus, discovery::BoxFuture};

/// What a probe wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    Liveness,
    Readiness,
}

/// What the application says of one of its services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceHealth {
    pub status: HealthStatus,
    /// Why it is not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What the application says of all of its services, by `namespace.component`.
pub type ServicesHealth = BTreeMap<String, ServiceHealth>;

/// The application that runs on the runtime: it alone knows whether its services work, and what it counts itself.
///
/// `None` says that it does not answer any more.
pub trait Application: Send + Sync {
    /// How long an answer about health may take: an application that takes longer is not healthy. `None`: it says nothing of
    /// its health, and is not asked.
    fn patience(&self) -> Option<Duration>;

    fn health(&self, check: Check) -> BoxFuture<'static, Option<ServicesHealth>>;

    /// Further lines for `/metrics`.
    fn metrics(&self) -> BoxFuture<'static, Option<String>>;
}
