use std::time::Duration;

use crate::{connection::NEVER, wire::handshake::MIN_WINDOW};

/// Limits and times of a runtime.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Credit of each direction of a call in bytes: what a reader buffers before its writer stops. At least
    /// 1024; less counts as that.
    pub window: u32,
    /// The largest message in bytes that this process takes.
    pub max_message: u32,
    /// Calls that may run at once; more are refused as `overloaded`.
    pub max_calls: usize,
    /// Connections with open calls ping in this rhythm; zero: never.
    pub keep_alive: Duration,
    /// For connecting, and for the handshake.
    pub connect_timeout: Duration,
    /// How long running calls have to end when the runtime, or an endpoint, shuts down.
    pub shutdown_timeout: Duration,
    /// Between leaving discovery and refusing calls: time for callers who have not heard yet.
    pub grace_period: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window: 256 * 1024,
            max_message: 32 * 1024 * 1024,
            max_calls: 10_000,
            keep_alive: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            shutdown_timeout: Duration::from_secs(30),
            grace_period: Duration::ZERO,
        }
    }
}

impl Settings {
    /// The nearest settings that can be kept.
    pub(super) fn checked(self) -> Self {
        let keep_alive = if self.keep_alive.is_zero() {
            NEVER
        } else {
            self.keep_alive
        };
        Self {
            window: self.window.max(MIN_WINDOW),
            keep_alive: keep_alive.min(NEVER),
            shutdown_timeout: self.shutdown_timeout.min(NEVER),
            ..self
        }
    }
}
