/// What a client may make of an instance, as far as contracts go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Standing {
    /// The contracts are the same, or were judged to fit, or one side has none.
    Compatible = 0,
    /// The first judgement is under way: calls prefer others, and wait for it when there are none.
    Pending = 1,
    /// The judge has not come to a verdict: the instance is used, after those that are known to fit.
    Unknown = 2,
    /// The instance gets no calls.
    Incompatible = 3,
}

impl Standing {
    pub(crate) fn from_u8(value: u8) -> Self {
        match value {
            0 => Self::Compatible,
            1 => Self::Pending,
            3 => Self::Incompatible,
            _ => Self::Unknown,
        }
    }
}
