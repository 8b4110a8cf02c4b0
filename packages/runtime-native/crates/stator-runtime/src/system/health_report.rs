use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::ServicesHealth;
use crate::{config::HealthStatus, discovery::Condition};

/// The body of `/health` and `/live`, as the original writes it, how discovery fares, and what the application says.
#[derive(Debug, Serialize)]
pub(super) struct HealthReport {
    pub(super) status: HealthStatus,
    pub(super) uptime: Duration,
    /// By path.
    pub(super) endpoints: BTreeMap<String, HealthStatus>,
    /// Says nothing of readiness: a process whose discovery is degraded still serves those who know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) discovery: Option<Condition>,
    /// By `namespace.component`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) services: ServicesHealth,
    /// Why the application says nothing of its services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
}

impl HealthReport {
    pub(super) fn is_ready(&self) -> bool {
        self.status == HealthStatus::Ready
    }
}
