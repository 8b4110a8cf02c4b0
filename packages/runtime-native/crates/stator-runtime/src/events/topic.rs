use crate::{Error, ErrorCode, Result};

/// The longest name of a topic, in bytes.
pub const MAX_TOPIC_LENGTH: usize = 128;

/// Checks the name of a topic. Fails with [`ErrorCode::InvalidArgument`] unless it has 1 to 128 bytes, none of them a
/// control character.
pub fn validate_topic(topic: &str) -> Result<()> {
    let reason = if topic.is_empty() {
        "is empty".to_owned()
    } else if topic.len() > MAX_TOPIC_LENGTH {
        format!("has {} bytes", topic.len())
    } else if let Some(bad) = topic.chars().find(|character| character.is_control()) {
        format!("contains {bad:?}")
    } else {
        return Ok(());
    };
    let shown: String = topic.chars().take(MAX_TOPIC_LENGTH).collect();
    Err(Error::new(
        ErrorCode::InvalidArgument,
        format!("the topic {shown:?} {reason}; use 1 to {MAX_TOPIC_LENGTH} bytes without control characters"),
    ))
}
