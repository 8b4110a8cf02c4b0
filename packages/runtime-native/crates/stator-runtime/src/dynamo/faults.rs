use std::{fmt::Display, sync::Arc};

use parking_lot::Mutex;
use prometheus::{IntCounterVec, Opts, Registry};

use crate::{Result, collectors::register_all, warnings::Warnings};

/// What peers on the original's wire do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Bytes that are no request frame; the connection is closed.
    RequestFrame,
    /// A request that is refused because it cannot be understood.
    Request,
    /// A caller that cannot be called home.
    HomeUnreachable,
    /// A caller that says something on the connection for its answer which nobody may say there.
    CallerFrame,
    /// A caller that does not read its answer.
    Stalled,
    /// Something else than an ack where one belongs; the connection is closed.
    Ack,
    /// A worker that did not acknowledge in time; the connection is closed.
    NoAck,
    /// A worker that acknowledged, and did not call home in time.
    NoCallHome,
    /// A call-home connection that does not say what it is for.
    Handshake,
    /// A call home for no call of ours: late, for the second time, or somebody else's.
    UnknownSubject,
    /// An answer that does not begin as one.
    Prologue,
    /// A frame of an answer that is not readable.
    Item,
    /// Items behind the last one.
    AfterEnd,
}

impl Fault {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RequestFrame => "request_frame",
            Self::Request => "request",
            Self::HomeUnreachable => "home_unreachable",
            Self::CallerFrame => "caller_frame",
            Self::Stalled => "stalled",
            Self::Ack => "ack",
            Self::NoAck => "no_ack",
            Self::NoCallHome => "no_call_home",
            Self::Handshake => "handshake",
            Self::UnknownSubject => "unknown_subject",
            Self::Prologue => "prologue",
            Self::Item => "item",
            Self::AfterEnd => "after_end",
        }
    }
}

/// Counts and logs what peers do wrong. Clones share the counters.
#[derive(Debug, Clone)]
pub struct Faults {
    /// Absent only if the name would not do, which it does.
    counters: Option<IntCounterVec>,
    warnings: Arc<Mutex<Warnings>>,
}

impl Default for Faults {
    fn default() -> Self {
        let about = "What peers on the original's wire did wrong.";
        Self {
            counters: IntCounterVec::new(Opts::new("stator_dynamo_faults_total", about), &["fault"]).ok(),
            warnings: Arc::default(),
        }
    }
}

impl Faults {
    /// Counts a fault; a bounded number of them is logged.
    pub fn note(&self, fault: Fault, peer: &dyn Display, what: &dyn Display) {
        if let Some(counters) = &self.counters {
            counters.with_label_values(&[fault.as_str()]).inc();
        }
        self.warnings.lock().warn(
            "a peer on the original's wire",
            &format!("{peer}: {}: {what}", fault.as_str()),
        );
    }

    /// How often that was noted.
    pub fn count(&self, fault: Fault) -> u64 {
        self.counters
            .as_ref()
            .map_or(0, |counters| counters.with_label_values(&[fault.as_str()]).get())
    }

    /// Makes the counters part of what is scraped.
    pub fn register(&self, registry: &Registry) -> Result<()> {
        match &self.counters {
            Some(counters) => register_all("the original's wire", registry, [Box::new(counters.clone())]),
            None => Ok(()),
        }
    }
}
