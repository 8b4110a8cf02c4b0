use std::time::Duration;

/// Waits that grow twofold from `first` to `last`, each shortened by chance, so that many processes do not come at once.
#[derive(Debug, Clone)]
pub(crate) struct BackOff {
    first: Duration,
    last: Duration,
    next: Duration,
}

impl BackOff {
    pub(crate) fn new(first: Duration, last: Duration) -> Self {
        Self {
            first,
            last,
            next: first,
        }
    }

    /// The next wait.
    pub(crate) fn wait(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).min(self.last);
        wait.mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// It went well: the next trouble begins anew.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }
}
