use std::fmt::Write;

/// What a queue is called in JetStream.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// The stream with the jobs.
    pub(super) stream: String,
    /// The subject that they are published to.
    pub(super) subject: String,
    /// The stream with the dead letters.
    pub(super) dead_stream: String,
    /// What the subjects of dead letters begin with.
    dead_prefix: String,
}

/// The consumer that all workers share.
pub(super) const CONSUMER: &str = "workers";

impl Names {
    pub(super) fn new(queue: &str) -> Self {
        let escaped = escape(queue);
        Self {
            stream: format!("stator-queue-{escaped}"),
            subject: format!("stator.queue.{escaped}"),
            dead_stream: format!("stator-dead-{escaped}"),
            dead_prefix: format!("stator.dead.{escaped}"),
        }
    }

    /// All dead letters.
    pub(super) fn dead_filter(&self) -> String {
        format!("{}.>", self.dead_prefix)
    }

    /// The one of a job: its number in the stream that was made at that time.
    pub(super) fn dead_subject(&self, made: i128, sequence: u64) -> String {
        format!("{}.{made}.{sequence}", self.dead_prefix)
    }
}

/// Letters, digits, `-` and `_` as they are; every other byte as `=` and two hex digits. Nothing else is safe in the name
/// of a stream, in a subject and in the name of a folder.
fn escape(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            out.push(byte.into());
        } else {
            // A text takes everything.
            let _ = write!(out, "={byte:02X}");
        }
    }
    out
}
