use std::{
    env,
    fs::File,
    io::{self, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use serde::Serialize;
use stator_runtime::parent_watch::watch_parent;

use super::inherited::inherited;

/// Time between asking for a drain and the end of the process, when the supervisor is gone.
const GRACE: Duration = Duration::from_secs(5);

/// Who has started this program, as its environment says: `STATOR_READY_FD`, `STATOR_LIFELINE_FD` and `STATOR_DRAIN_MS`.
/// Without them nobody supervises it.
#[derive(Clone)]
pub(super) struct Supervisor {
    ready: Option<Arc<Mutex<File>>>,
    /// The time for a drain, if the supervisor sets one.
    pub drain: Option<Duration>,
}

/// What the supervisor is told: one line of JSON each.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum Message<'a> {
    Ready {
        url: Option<&'a str>,
        /// In decimal.
        instance_id: &'a str,
        /// Where health and metrics are asked for.
        system_address: Option<SocketAddr>,
    },
    Failed {
        message: &'a str,
    },
}

impl Supervisor {
    /// Reads the environment, and ends this process with its supervisor from now on.
    pub fn of_environment() -> io::Result<Self> {
        let ready = inherited("STATOR_READY_FD")?;
        if let Some(lifeline) = inherited("STATOR_LIFELINE_FD")? {
            watch_parent(lifeline, GRACE)?;
        }
        let drain = match env::var("STATOR_DRAIN_MS") {
            Ok(text) if !text.is_empty() => {
                let wrong = |_| {
                    io::Error::new(
                        io::ErrorKind::InvalidInput,
                        format!("STATOR_DRAIN_MS is {text:?}; use a number of milliseconds"),
                    )
                };
                Some(Duration::from_millis(u64::from(text.parse::<u32>().map_err(wrong)?)))
            }
            _ => None,
        };
        let ready = ready.map(|file| Arc::new(Mutex::new(file)));
        Ok(Self { ready, drain })
    }

    /// Everything is registered; said again when it is under another id.
    pub fn ready(&self, instance_id: u64, system_address: Option<SocketAddr>) {
        let instance_id = &instance_id.to_string();
        self.tell(&Message::Ready {
            url: None,
            instance_id,
            system_address,
        });
    }

    /// The start failed; says false when nobody listens.
    pub fn failed(&self, message: &str) -> bool {
        self.tell(&Message::Failed { message })
    }

    /// A supervisor that has gone is told nothing: the lifeline ends this process.
    fn tell(&self, message: &Message<'_>) -> bool {
        let (Some(ready), Ok(mut line)) = (&self.ready, serde_json::to_vec(message)) else {
            return false;
        };
        line.push(b'\n');
        ready.lock().write_all(&line).is_ok()
    }
}
