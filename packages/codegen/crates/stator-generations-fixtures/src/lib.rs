//! One contract as three releases have it: the second one fits the first, the third one does not.

pub mod first;
pub mod second;
pub mod third;
