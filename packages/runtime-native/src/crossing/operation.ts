/**
 * Records that go to the addon: eight unsigned numbers each. `crates/stator-binding/src/operation.rs` is the source of
 * this layout and says what every slot holds.
 */
export const OPERATION = {
  call: 1,
  cancel: 2,
  consumed: 3,
  callSend: 4,
  callFinish: 5,
  item: 6,
  finish: 7,
  fail: 8,
  taken: 9,
  release: 10,
} as const;

export const OPERATION_FLAG = { bytes: 1 << 8, last: 1 << 9, stream: 1 << 10 } as const;

export const ROUTE = { roundRobin: 0 << 16, random: 1 << 16, leastLoaded: 2 << 16, direct: 3 << 16 } as const;

/** Which side a blocked call is on. */
export const BLOCKED = { call: 1, served: 2 } as const;
