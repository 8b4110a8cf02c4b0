/// Why there is no verdict, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unjudged(pub String);

/// What may end without a verdict.
pub(crate) type Result<T> = std::result::Result<T, Unjudged>;

impl Unjudged {
    /// A document that is none.
    pub fn unreadable(reason: impl std::fmt::Display) -> Self {
        Self(format!("a document cannot be read: {reason}"))
    }

    pub fn too_intricate() -> Self {
        Self("the documents are too intricate to be compared".to_owned())
    }
}
