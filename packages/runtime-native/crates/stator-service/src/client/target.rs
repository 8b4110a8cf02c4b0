use std::{sync::Arc, time::Duration};

use stator_runtime::client::Client;

/// One endpoint that calls go to.
pub(super) struct Target {
    pub client: Client,
    /// For calls that name no time.
    pub timeout: Option<Duration>,
}

impl Target {
    /// `namespace.component.endpoint`, for messages.
    pub fn path(&self) -> &str {
        self.client.path()
    }
}

pub(super) type SharedTarget = Arc<Target>;
