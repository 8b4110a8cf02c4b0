//! Records that JavaScript sends. Eight unsigned numbers each; `src/crossing/operation.ts` writes the same layout.
//!
//! Slots: `0` kind and flags (flags from bit 8 on), `1` id of the call, `2` length of the payload in bytes, `3` to
//! `7` as each kind says.

/// Starts a call. Slot 3: client; 4: time in ms, 0 for none; 5: length of the options (JSON, before the payload);
/// 6, 7: instance for [`ROUTE_DIRECT`].
pub const CALL: u32 = 1;
/// Ends a call (slot 3: 1 kill, 0 stop).
pub const CANCEL: u32 = 2;
/// Items of a call have been read (slot 3: their cost).
pub const CONSUMED: u32 = 3;
/// Sends a message of a call's request stream.
pub const CALL_SEND: u32 = 4;
/// Ends a call's request stream.
pub const CALL_FINISH: u32 = 5;
/// Sends an item of a served call.
pub const ITEM: u32 = 6;
/// Ends a served call.
pub const FINISH: u32 = 7;
/// Ends a served call with an error (JSON).
pub const FAIL: u32 = 8;
/// Messages of a served call's request have been read (slot 3: their cost).
pub const TAKEN: u32 = 9;
/// The handler of a served call that was cancelled is done.
pub const RELEASE: u32 = 10;

/// Publishes an event. Slot 1: the publisher; slot 3: the number under which the answer comes as a result.
pub const PUBLISH: u32 = 11;
/// Events of a subscription were taken (slot 1: the subscription; slot 3: their cost).
pub const EVENTS_TAKEN: u32 = 12;

/// Flag: the payload is bytes.
pub const BYTES: u32 = 1 << 8;
/// Flag: the payload is bytes and stands by itself.
pub const DIRECT: u32 = 1 << 13;
/// Flag: the payload is a msgpack value.
pub const MSGPACK: u32 = 1 << 11;
/// Flag: nothing follows.
pub const LAST: u32 = 1 << 9;
/// Flag of [`CALL`]: items are wanted with their envelope.
pub const ANNOTATED: u32 = 1 << 12;
/// Flag of [`CALL`]: the request is a stream.
pub const STREAM: u32 = 1 << 10;
/// Routes of [`CALL`], from bit 16 on.
pub const ROUTE_SHIFT: u32 = 16;
// 0 is round-robin.
pub const ROUTE_RANDOM: u32 = 1;
pub const ROUTE_LEAST_LOADED: u32 = 2;
pub const ROUTE_DIRECT: u32 = 3;
pub const ROUTE_TWO_CHOICES: u32 = 4;

/// A blocked call of the caller's side.
pub const BLOCKED_CALL: u32 = 1;
/// A blocked call of the worker's side.
pub const BLOCKED_SERVED: u32 = 2;
