use std::sync::Arc;

use crate::{Result, discovery::BoxFuture};

use super::ContractHash;

/// What a judge is asked: can a caller that was built with one contract use a service that was built with another?
#[derive(Debug, Clone)]
pub struct Dispute {
    /// The caller's, which is this process.
    pub ours: ContractHash,
    /// The service's.
    pub theirs: ContractHash,
    /// `namespace.component.endpoint`.
    pub path: String,
    /// The instance that the document came from.
    pub instance: u64,
    /// The service's document, as it came: text of at most [`MAX_DOCUMENT_BYTES`](super::MAX_DOCUMENT_BYTES), and
    /// anything may stand in it.
    pub document: Arc<str>,
}

/// Whether they understand each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Compatible,
    /// What breaks, one sentence each, such as `request text: the reader takes a length of at most 100, …`.
    Incompatible(Arc<[String]>),
}

/// Compares contracts. The core asks it once for each pair of hashes, and only about those that differ.
pub trait ContractJudge: Send + Sync + 'static {
    /// An error means that there is no verdict, because the document is not readable, or not that of the promised hash.
    /// It is asked for again later.
    fn judge(&self, dispute: Dispute) -> BoxFuture<'static, Result<Verdict>>;
}

impl Verdict {
    /// What breaks, as far as it is worth keeping: at most eight sentences, in bounded length and without control
    /// characters, because parts of them come from other processes.
    pub fn incompatible(breaks: impl IntoIterator<Item = String>) -> Self {
        let mut breaks: Vec<String> = breaks.into_iter().take(8).map(|text| plain(&text)).collect();
        if breaks.is_empty() {
            breaks.push("no reason was given".to_owned());
        }
        Self::Incompatible(breaks.into())
    }
}

/// Text that may come from anywhere, as it may stand in a message.
pub(crate) fn plain(text: &str) -> String {
    const LENGTH: usize = 500;
    let shown = text.chars().take(LENGTH);
    shown.map(|c| if c.is_control() { ' ' } else { c }).collect()
}
