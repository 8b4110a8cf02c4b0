/**
 * Records that arrive from the addon: eight unsigned numbers each. `crates/stator-binding/src/event.rs` is the source
 * of this layout and says what every slot holds.
 */
export const SLOTS = 8;

export const EVENT = {
  message: 1,
  end: 2,
  fail: 3,
  callWritable: 4,
  open: 5,
  request: 6,
  requestEnd: 7,
  cancel: 8,
  servedWritable: 9,
  result: 10,
  instances: 11,
} as const;

export const EVENT_FLAG = { bytes: 1 << 8, last: 1 << 9, stream: 1 << 10 } as const;

/** Why a served call ends before its handler does. */
export const CANCEL_REASON = { stop: 0, kill: 1, deadline: 2, lost: 3, unsendable: 4 } as const;
