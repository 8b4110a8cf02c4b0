use std::time::Duration;

/// Waits that grow twofold from `first` to `last`, each shortened by chance, so that many processes do not come at once.
#[derive(Debug, Clone)]
pub(super) struct BackOff {
    first: Duration,
    last: Duration,
    next: Duration,
}

impl BackOff {
    pub(super) fn new(first: Duration, last: Duration) -> Self {
        Self {
            first,
            last,
            next: first,
        }
    }

    /// The next wait.
    pub(super) fn wait(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(self.last);
        wait.mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// It went well: the next trouble begins anew.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }
}
