use std::fmt;

/// A value that its contract does not allow. Shown as generated TypeScript shows it, with the path in front:
/// `words[3].text: expected 1 to 8 bytes of UTF-8, got 0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    expected: String,
    got: String,
    /// From the inside out.
    path: Vec<Segment>,
}

/// A step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    Key(String),
    Index(usize),
}

impl Misfit {
    pub fn new(expected: impl Into<String>, got: impl fmt::Display) -> Self {
        Self {
            expected: expected.into(),
            got: got.to_string(),
            path: Vec::new(),
        }
    }

    /// The same, one step further out.
    #[must_use]
    pub fn inside(mut self, segment: impl Into<Segment>) -> Self {
        self.path.push(segment.into());
        self
    }

    /// The steps from the outermost value to the one that does not fit.
    pub fn path(&self) -> impl Iterator<Item = &Segment> {
        self.path.iter().rev()
    }
}

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, segment) in self.path().enumerate() {
            match segment {
                Segment::Index(index) => write!(formatter, "[{index}]")?,
                Segment::Key(key) if is_identifier(key) => {
                    write!(formatter, "{}{key}", if place == 0 { "" } else { "." })?;
                }
                Segment::Key(key) => write!(formatter, "[{}]", serde_json::Value::from(key.as_str()))?,
            }
        }
        let colon = if self.path.is_empty() { "" } else { ": " };
        write!(formatter, "{colon}expected {}, got {}", self.expected, self.got)
    }
}

impl std::error::Error for Misfit {}

fn is_identifier(key: &str) -> bool {
    let starts = |first: char| first.is_ascii_alphabetic() || "_$".contains(first);
    key.chars().next().is_some_and(starts) && key.chars().all(|letter| starts(letter) || letter.is_ascii_digit())
}
