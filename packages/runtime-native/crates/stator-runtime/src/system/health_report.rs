use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::config::HealthStatus;

/// The body of `/health` and `/live`, as the original writes it.
#[derive(Debug, Serialize)]
pub(super) struct HealthReport {
    pub(super) status: HealthStatus,
    pub(super) uptime: Duration,
    /// By path.
    pub(super) endpoints: BTreeMap<String, HealthStatus>,
}

impl HealthReport {
    pub(super) fn is_ready(&self) -> bool {
        self.status == HealthStatus::Ready
    }
}
