use std::{net::SocketAddr, sync::Arc};

use tokio::time::timeout;

use crate::{
    dynamo::{Shared, faults::Fault},
    transport::{Link, dial},
};

/// Connects to a caller's listener; `None` if that does not work, which is counted.
pub(super) async fn call_home(shared: &Shared, address: SocketAddr) -> Option<Arc<Link>> {
    let limit = shared.limits.connect_timeout;
    let why = match timeout(limit, dial(address)).await {
        Ok(Ok(link)) => return Some(Arc::new(link)),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} ms", limit.as_millis()),
    };
    shared.faults.note(Fault::HomeUnreachable, &address, &why);
    None
}
