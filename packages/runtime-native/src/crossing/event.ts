/**
 * Records that arrive from the addon: eight unsigned numbers each. `crates/stator-binding/src/event.rs` is the source
 * of this layout and says what every slot holds.
 */
export { recordSlots as SLOTS } from "../generated/constants/record-slots.ts";
export { event as EVENT } from "../generated/constants/event.ts";
export { eventFlag as EVENT_FLAG } from "../generated/constants/event-flag.ts";
export { cancelReason as CANCEL_REASON } from "../generated/constants/cancel-reason.ts";
export { question as QUESTION } from "../generated/constants/question.ts";
