use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(60);
const AT_MOST: u32 = 10;

/// Lets ten warnings a minute through, so that a back end full of garbage does not fill the log.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    window: Option<Instant>,
    shown: u32,
    hidden: u32,
}

impl Warnings {
    pub(super) fn warn(&mut self, subject: &str, reason: &str) {
        if self.window.is_none_or(|start| start.elapsed() > WINDOW) {
            if self.hidden > 0 {
                tracing::warn!(count = self.hidden, "more discovery warnings were left out");
            }
            *self = Self {
                window: Some(Instant::now()),
                shown: 0,
                hidden: 0,
            };
        }
        if self.shown < AT_MOST {
            self.shown += 1;
            tracing::warn!(subject, reason, "discovery");
        } else {
            self.hidden += 1;
        }
    }
}
