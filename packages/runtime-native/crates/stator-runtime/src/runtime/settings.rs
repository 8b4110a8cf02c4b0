use std::time::Duration;

use crate::{
    connection::NEVER,
    dynamo::{AnswersBy, value::Codec},
    security::Security,
    wire::handshake::MIN_WINDOW,
};

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
    /// Who may call, and be called.
    pub security: Security,
    /// The original's wire, on planes that speak it.
    pub dynamo: DynamoSettings,
}

/// What only the original's wire needs.
#[derive(Debug, Clone)]
pub struct DynamoSettings {
    /// The form of values that our records ask for.
    pub codec: Codec,
    /// Where answers are taken: the address that workers call back.
    pub response_host: String,
    /// 0 lets the operating system choose.
    pub response_port: u16,
    /// How long a worker has to acknowledge a request.
    pub ack_timeout: Duration,
    /// The same over NATS, where a request may wait for the connection.
    pub nats_ack_timeout: Duration,
    /// How answers travel to requests that went over NATS.
    pub answers_by: AnswersBy,
    /// How long a worker has to call back, from the request on.
    pub home_timeout: Duration,
    /// Calls go over this wire even where both sides speak ours.
    pub preferred: bool,
}

impl Default for DynamoSettings {
    fn default() -> Self {
        Self {
            codec: Codec::Msgpack,
            response_host: "127.0.0.1".to_owned(),
            response_port: 0,
            ack_timeout: Duration::from_secs(5),
            nats_ack_timeout: Duration::from_secs(10),
            answers_by: AnswersBy::Auto,
            home_timeout: Duration::from_secs(30),
            preferred: false,
        }
    }
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
            security: Security::default(),
            dynamo: DynamoSettings::default(),
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
