//! Version 1 of the multiplexed wire: preface, frames, and the payload of the frame that opens a call.

pub mod frame;
pub mod handshake;
pub mod open;
