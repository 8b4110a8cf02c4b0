use std::{
    io,
    time::{Duration, Instant},
};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Signals that come together are one: Ctrl-C in a terminal reaches this process and whoever passes it on.
const TOGETHER: Duration = Duration::from_millis(250);

/// SIGTERM and SIGINT: the first one asks for an orderly end, a later one for an end at once.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Resolves with the first signal.
    pub async fn first(&mut self) {
        self.next().await;
    }

    /// Resolves with the first signal that is no echo of the one before, as the exit code that shells give for it.
    pub async fn second(&mut self) -> u8 {
        let first = Instant::now();
        loop {
            let code = self.next().await;
            if first.elapsed() > TOGETHER {
                return code;
            }
        }
    }

    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.terminate.recv() => 143,
            _ = self.interrupt.recv() => 130,
        }
    }
}
