use serde::Serialize;

/// What ts-rs says about the same type. A second, independent reading of the same source: the generator compares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TsRsText {
    /// How ts-rs refers to the type, with type arguments: `Page<Token>`.
    pub name: String,
    /// The right side of its declaration.
    pub inline: String,
}
