use bytes::Bytes;

use super::Entry;

/// One change of one key, with what must be true for it to take place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    pub key: String,
    pub operation: Operation,
    pub expect: Expect,
    pub guard: Option<Guard>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// With the lease with which the key goes; 0 for none.
    Put {
        value: Bytes,
        lease: u64,
    },
    Delete,
}

/// What is expected of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    Anything,
    /// It is not there.
    Absent,
    /// Its value was written at this revision.
    Revision(u64),
}

/// The fencing token of a lock, as a condition: the key of the claim still stands there, as it was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    pub key: String,
    pub token: u64,
}

/// What became of a [`Write`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done, at this revision.
    Written { revision: u64 },
    /// There was nothing to delete.
    Nothing,
    /// The key is not as expected, but so.
    Mismatch { current: Option<Entry> },
    /// The claim of the guard is gone.
    Fenced,
    /// The lease of the put is gone.
    NoLease,
}
