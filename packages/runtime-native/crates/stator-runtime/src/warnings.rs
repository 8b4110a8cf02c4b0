use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(60);
const AT_MOST: u32 = 10;

/// Lets ten warnings a minute through, so that a folder full of garbage, or a peer that sends some, does not fill the log.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    window: Option<Instant>,
    shown: u32,
    hidden: u32,
}

impl Warnings {
    pub fn warn(&mut self, subject: &str, reason: &str) {
        if self.window.is_none_or(|start| start.elapsed() > WINDOW) {
            if self.hidden > 0 {
                tracing::warn!(count = self.hidden, "more warnings were left out");
            }
            *self = Self {
                window: Some(Instant::now()),
                shown: 0,
                hidden: 0,
            };
        }
        if self.shown < AT_MOST {
            self.shown += 1;
            tracing::warn!(subject, reason);
        } else {
            self.hidden += 1;
        }
    }
}
