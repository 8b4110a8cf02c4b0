use std::sync::Arc;

use tokio::time::timeout;

use crate::{
    Error,
    dynamo::{AnswersBy, Shared, faults::Fault, wire::control::Home},
    transport::{Begun, Link},
};

/// Reaches a caller: at its listener, or through NATS where it offers that and its listener is none, is not reached, or
/// is not wanted. `None` if no way works, which is counted.
pub(super) async fn call_home(shared: &Shared, home: &Home) -> Option<Arc<Link>> {
    let tunnels = shared
        .tunnels
        .as_ref()
        .filter(|_| shared.limits.answers_by != AnswersBy::CallHome);
    let offer = tunnels.zip(home.nats.as_ref());
    let dials = match offer {
        None => true,
        Some((tunnels, _)) => {
            let wanted = shared.limits.answers_by == AnswersBy::Auto;
            wanted && home.is_listening() && !tunnels.is_unreachable(home.address)
        }
    };
    let mut why = "it has no listener".to_owned();
    if dials && home.is_listening() {
        let limit = shared.limits.connect_timeout;
        why = match shared.security.dial(home.address, limit, "the caller").await {
            Ok(link) => return Some(Arc::new(link)),
            Err(error) => error.message,
        };
    }
    if let Some((tunnels, subject)) = offer {
        if dials {
            tracing::debug!(caller = %home.address, why, "the caller is not reached, and is answered over NATS");
            tunnels.set_unreachable(home.address);
        }
        match tunnels.dial(subject).await {
            Ok(link) => return Some(Arc::new(link)),
            Err(Error { message, .. }) => why = message,
        }
    }
    shared.faults.note(Fault::HomeUnreachable, home, &why);
    None
}

/// Waits for a connection to a caller's listener that was begun. `None` if it does not come, which is counted, or if it
/// was there and is gone.
pub(super) async fn wait_for(shared: &Shared, home: &Home, begun: Begun, is_reached: bool) -> Option<Arc<Link>> {
    let limit = shared.limits.connect_timeout;
    let why = match timeout(limit, begun.link()).await {
        Ok(Ok(link)) => return Some(Arc::new(link)),
        Ok(Err(_)) if is_reached => return None,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} ms", limit.as_millis()),
    };
    let why = format!("cannot connect to the caller at {}: {why}", home.address);
    shared.faults.note(Fault::HomeUnreachable, home, &why);
    None
}
