use std::{net::SocketAddr, sync::Arc};

use crate::{
    dynamo::{Shared, faults::Fault},
    transport::Link,
};

/// Connects to a caller's listener; `None` if that does not work, which is counted.
pub(super) async fn call_home(shared: &Shared, address: SocketAddr) -> Option<Arc<Link>> {
    let limit = shared.limits.connect_timeout;
    match shared.security.dial(address, limit, "the caller").await {
        Ok(link) => Some(Arc::new(link)),
        Err(error) => {
            shared.faults.note(Fault::HomeUnreachable, &address, &error.message);
            None
        }
    }
}
