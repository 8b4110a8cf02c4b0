/// Why a value cannot be read, or cannot be written in the other form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("it is cut short")]
    Short,
    #[error("it has bytes after its end")]
    Trailing,
    #[error("it is not valid JSON")]
    Json,
    #[error("it has a byte that begins no msgpack value")]
    Marker,
    #[error("it has text that is not UTF-8")]
    Text,
    #[error("it is nested deeper than {} levels", super::MAX_DEPTH)]
    Deep,
    #[error("it has an integer of more than 64 bits; send that as text")]
    Integer,
    #[error("it has a number that is too large for a 64-bit float; send that as text")]
    Float,
    #[error("it has half of a surrogate pair, which UTF-8 cannot hold")]
    Surrogate,
    #[error("it has something that JSON cannot hold: a float that is no number, or a key that is no text")]
    NotJson,
}
