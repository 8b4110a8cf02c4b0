/// Which keys are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// This one.
    Key(String),
    /// Those that begin so.
    Prefix(String),
}

impl Range {
    pub fn contains(&self, key: &str) -> bool {
        match self {
            Self::Key(own) => own == key,
            Self::Prefix(prefix) => key.starts_with(prefix.as_str()),
        }
    }

    /// The key, or the prefix.
    pub fn start(&self) -> &str {
        match self {
            Self::Key(start) | Self::Prefix(start) => start,
        }
    }
}
