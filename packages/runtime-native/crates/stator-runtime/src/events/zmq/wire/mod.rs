//! ZMTP 3.0, as far as PUB and SUB sockets need it.

mod frames;
mod handshake;

pub(super) use frames::{Frame, FrameReader, Limits, put_frame};
pub(super) use handshake::{Role, shake_hands};
