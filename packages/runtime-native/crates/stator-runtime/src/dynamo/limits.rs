use std::{sync::Arc, time::Duration};

use crate::{Error, ErrorCode, connection::Hooks, security::Security};

use super::{faults::Faults, nats::Tunnels, value::Codec};

/// A socket that has lived this long is looked after: short calls are not worth it.
pub(super) const LOOK: Duration = Duration::from_secs(10);

/// How long a handler has to say something before its caller is called home without it: what is said at once travels in
/// the first packet, and what takes longer finds the connection there.
pub(super) const HEAD_START: Duration = Duration::from_millis(1);

/// A peer that takes not one byte for this long is given up.
pub(super) const STALLED: Duration = Duration::from_secs(300);

/// What an item may take on the wire beyond the limit for its value.
const ENVELOPE: usize = 1024;

/// How long the other side of a call-home connection has to say who it is, and at the end to close.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What one process allows on the original's wire, and what it needs for it.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The codec that our records advertise.
    pub codec: Codec,
    /// The largest request frame and the largest item in bytes.
    pub max_message: usize,
    /// What an answer may have under way before its reader takes some, in bytes.
    pub window: usize,
    pub connect_timeout: Duration,
    /// How long a worker has to acknowledge a request.
    pub ack_timeout: Duration,
    /// The same over NATS, from when the call was made on.
    pub nats_ack_timeout: Duration,
    /// How answers come to requests that went over NATS.
    pub answers_by: AnswersBy,
    /// How long a worker has to call home, from the request on.
    pub home_timeout: Duration,
    /// Silent connections with calls are probed in this rhythm.
    pub keep_alive: Duration,
}

/// How answers travel to requests that went over NATS, between peers that know both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnswersBy {
    /// Over a connection that the worker makes; over NATS where it cannot.
    #[default]
    Auto,
    /// Over a connection that the worker makes, as in the original.
    CallHome,
    /// Over NATS too.
    Nats,
}

/// What the parts of the wire share.
#[derive(Clone)]
pub struct Shared {
    pub limits: Arc<Limits>,
    pub hooks: Hooks,
    pub faults: Faults,
    /// Present where requests travel over NATS.
    pub tunnels: Option<Arc<Tunnels>>,
    /// Who may call, and be called.
    pub security: Security,
}

impl Limits {
    /// The largest body of a frame with an item or a streamed request.
    pub(super) fn max_body(&self) -> usize {
        self.max_message.saturating_add(ENVELOPE)
    }
}

impl Shared {
    /// Tells the embedder that a group of events is complete.
    pub(super) fn batch_end(&self) {
        (self.hooks.batch_end)();
    }

    pub(super) fn check_size(&self, length: usize, peer: &dyn std::fmt::Display) -> Result<(), Error> {
        if length <= self.limits.max_message {
            return Ok(());
        }
        Err(Error::new(
            ErrorCode::PayloadTooLarge,
            format!(
                "a message of {length} bytes to {peer}, the limit is {}; raise maxMessageBytes on both sides or send it in parts",
                self.limits.max_message
            ),
        ))
    }
}
