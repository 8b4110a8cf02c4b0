//! The wire of the original (ai-dynamo 1.x): a request goes to the worker on one connection, and the worker calls home
//! with the answer on another.
//!
//! ```text
//! caller ── request frames, pipelined ──▶ worker          one connection for many calls
//!        ◀─ acks, in the same order ────
//!        ◀─ handshake, prologue, items ─ worker dials     one connection for each call
//!        ── stop, kill ────────────────▶
//! ```
//!
//! | folder | what it holds |
//! | --- | --- |
//! | `wire` | the bytes: frames, control messages, items, errors |
//! | `value` | values between JSON text and msgpack, without loss |
//! | `worker` | takes requests, and writes answers to the caller's listener |
//! | `caller` | sends requests, and listens for answers |
//! | `nats` | the connection to NATS, over which requests may travel too |
//!
//! Two-part messages and the call-home part know nothing of request frames: another way of carrying requests uses them too.

pub mod caller;
mod faults;
mod in_buffer;
mod limits;
pub mod nats;
mod out_buffer;
pub mod value;
pub mod wire;
pub mod worker;

pub use faults::{Fault, Faults};
pub use limits::{AnswersBy, Limits, Shared};
