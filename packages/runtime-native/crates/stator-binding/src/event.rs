//! Records that JavaScript receives. Eight unsigned numbers each; `src/crossing/event.ts` reads the same layout.
//!
//! Slots: `0` kind and flags (flags from bit 8 on), `1` id, `2` length of the text in UTF-16 units or of the bytes,
//! `3` cost or another number, `4` and `5` low and high half of the instance id or other numbers, `6` a second length.
//! Slot `7` is the length in bytes, used on this side only.

pub const SLOTS: usize = 8;

pub type Record = [u32; SLOTS];

/// A client call received an item.
pub const MESSAGE: u32 = 1;
/// A client call ended well.
pub const END: u32 = 2;
/// A client call failed: the text is the error as JSON.
pub const FAIL: u32 = 3;
/// A client call may send more of its request.
pub const CALL_WRITABLE: u32 = 4;
/// A served endpoint got a call: the text is its id, then its metadata as JSON (slot 6: length of that; slot 3: the
/// endpoint; slot 4: time left in ms, `u32::MAX` for none). The caller's contract is said by a flag.
pub const OPEN: u32 = 5;
/// A served call received a message of its request.
pub const REQUEST: u32 = 6;
/// A served call's request is complete.
pub const REQUEST_END: u32 = 7;
/// A served call's caller is gone or asks to finish (slot 3: see [`CancelReason`]).
pub const CANCEL: u32 = 8;
/// A served call may send more.
pub const SERVED_WRITABLE: u32 = 9;
/// A command is done (slot 3: 1 if it worked): the text is its result, or the error, as JSON.
pub const RESULT: u32 = 10;
/// The instances of a client changed: the text is the list as JSON.
pub const INSTANCES: u32 = 11;

/// A connection's socket is to be read (slot 3: its descriptor, which belongs to JavaScript from then on).
pub const ATTACH: u32 = 12;
/// The runtime has another instance id (slots 4 and 5), under which calls come from now on.
pub const INSTANCE_ID: u32 = 13;
/// Two contracts are to be compared: the text is the service's document, then the dispute as JSON (slot 6: length of
/// that). The answer is a command.
pub const DISPUTE: u32 = 14;

/// What stands before an [`EVENT`]: its sequence (slots 3 and 4) and when it was published (slots 5 and 6), by low and high
/// half.
pub const EVENT_HEAD: u32 = 15;
/// A subscription got an event (slot 3: what it costs; slots 4 and 5: the publisher; slot 6: how many events had no room
/// so far).
pub const EVENT: u32 = 16;
/// A subscription is over: the text is the error as JSON, if there is one.
pub const EVENTS_END: u32 = 17;

/// The application is asked something (slot 3: see [`Question`]). The answer is a command.
pub const QUESTION: u32 = 18;

/// Flag: the payload is raw bytes and stands in the bytes lane.
pub const BYTES: u32 = 1 << 8;
/// Flag: the payload is a msgpack value and stands in the bytes lane.
pub const MSGPACK: u32 = 1 << 13;
/// Flag: the payload is raw bytes, and stands by itself.
pub const BLOB: u32 = 1 << 14;
/// Flag: the payload is JSON that may hold integers which a `number` cannot: it has sixteen digits in a row somewhere.
pub const LONG_INTEGER: u32 = 1 << 15;
/// Flag of [`MESSAGE`]: the call ended well with it. Flag of [`REQUEST`]: the request is complete.
pub const LAST: u32 = 1 << 9;
/// Flag of [`OPEN`]: the request is a stream.
pub const STREAM: u32 = 1 << 10;
/// Flag of [`OPEN`]: the caller was built with the contract that the endpoint is served with.
pub const SAME_CONTRACT: u32 = 1 << 11;
/// Flag of [`OPEN`]: the caller was built with another contract, whose hash follows the call's id, as 32 hex digits.
pub const OTHER_CONTRACT: u32 = 1 << 12;

/// Why a served call ends early.
#[derive(Debug, Clone, Copy)]
#[repr(u32)]
pub enum CancelReason {
    /// Finish gracefully.
    Stop = 0,
    /// The caller killed it.
    Kill = 1,
    /// Its time was up.
    Deadline = 2,
    /// The connection broke, or the caller broke the protocol.
    Lost = 3,
    /// A response that could not be sent: over the caller's limit.
    Unsendable = 4,
}

/// What the application is asked.
#[derive(Debug, Clone, Copy)]
#[repr(u32)]
pub enum Question {
    /// Whether its services live.
    Liveness = 0,
    /// Whether its services can take calls.
    Readiness = 1,
    /// What it counts itself.
    Metrics = 2,
}

/// How much JavaScript will have to say to this: nothing but to a request that is complete, which counts twice, and to the
/// end of a call.
pub fn turns(record: &Record) -> usize {
    let head = record[0];
    match head & 0xFF {
        END | FAIL => 1,
        MESSAGE if head & LAST != 0 => 1,
        REQUEST if head & LAST != 0 => 2,
        _ => 0,
    }
}
