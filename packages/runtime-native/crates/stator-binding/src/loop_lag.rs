use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use stator_runtime::DistributedRuntime;

use crate::inbox::Inbox;

/// How often the event loop is asked.
const RHYTHM: Duration = Duration::from_secs(1);

/// Measures how long JavaScript's event loop lets a wake-up wait, for the system server's metrics. Ends with the runtime's
/// thread.
pub async fn measure(inbox: Arc<Inbox>, runtime: DistributedRuntime) {
    let Some(system) = runtime.system() else { return };
    loop {
        tokio::time::sleep(RHYTHM).await;
        let asked = Instant::now();
        inbox.probe().await;
        system.metrics().set_loop_lag_ms(asked.elapsed().as_secs_f64() * 1000.0);
    }
}
