use serde::Deserialize;

use super::Number;

/// What narrows the values of a field beyond its type.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Limits {
    pub min_length: Option<Number>,
    pub max_length: Option<Number>,
    pub min: Option<Number>,
    pub max: Option<Number>,
    pub min_chars: Option<Number>,
    pub max_chars: Option<Number>,
}

impl Limits {
    /// These, and what they leave open from others.
    pub fn or(self, others: Self) -> Self {
        Self {
            min_length: self.min_length.or(others.min_length),
            max_length: self.max_length.or(others.max_length),
            min: self.min.or(others.min),
            max: self.max.or(others.max),
            min_chars: self.min_chars.or(others.min_chars),
            max_chars: self.max_chars.or(others.max_chars),
        }
    }
}
