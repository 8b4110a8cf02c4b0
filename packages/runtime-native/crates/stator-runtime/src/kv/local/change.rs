use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// One step of the store. Which steps are allowed was decided before; applying one never fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Change {
    Put {
        key: String,
        #[serde(skip)]
        value: Bytes,
        /// 0 for none.
        #[serde(default)]
        lease: u64,
    },
    Delete {
        key: String,
    },
    /// Times are milliseconds; the deadline is one of the machine's clock.
    Grant {
        lease: u64,
        ttl: u64,
        deadline: u64,
    },
    Renew {
        lease: u64,
        deadline: u64,
    },
    Revoke {
        lease: u64,
    },
    /// A step that does nothing: what a file that nobody can read stands for.
    #[serde(other)]
    Unknown,
}

impl Change {
    /// A line of JSON, and behind it the value as it is.
    pub(super) fn encode(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = serde_json::to_vec(self)?;
        text.push(b'\n');
        if let Self::Put { value, .. } = self {
            text.extend_from_slice(value);
        }
        Ok(text)
    }

    /// Everybody reads the same file in the same way, so what cannot be read is the same step for all.
    pub(super) fn decode(content: Vec<u8>) -> Self {
        let Some(end) = content.iter().position(|byte| *byte == b'\n') else {
            return Self::Unknown;
        };
        let mut change = serde_json::from_slice(&content[..end]).unwrap_or(Self::Unknown);
        if let Self::Put { value, .. } = &mut change {
            *value = Bytes::from(content).slice(end + 1..);
        }
        change
    }
}
