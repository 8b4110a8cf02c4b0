use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::{config::HealthStatus, discovery::Condition};

/// The body of `/health` and `/live`, as the original writes it, and how discovery fares.
#[derive(Debug, Serialize)]
pub(super) struct HealthReport {
    pub(super) status: HealthStatus,
    pub(super) uptime: Duration,
    /// By path.
    pub(super) endpoints: BTreeMap<String, HealthStatus>,
    /// Says nothing of readiness: a process whose discovery is degraded still serves those who know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) discovery: Option<Condition>,
}

impl HealthReport {
    pub(super) fn is_ready(&self) -> bool {
        self.status == HealthStatus::Ready
    }
}
