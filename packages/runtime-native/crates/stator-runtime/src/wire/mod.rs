//! Version 1 of the multiplexed wire: preface, frames, and the payloads of the frames that open a call and that fail it.

pub mod error;
pub mod frame;
pub mod handshake;
pub mod open;
