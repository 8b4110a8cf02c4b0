/**
 * Records that go to the addon: eight unsigned numbers each. `crates/stator-binding/src/operation_kind.rs` is the source
 * of this layout and says what every slot holds.
 */
export { operation as OPERATION } from "../generated/constants/operation.ts";
export { operationFlag as OPERATION_FLAG } from "../generated/constants/operation-flag.ts";
export { route as ROUTE } from "../generated/constants/route.ts";
export { blocked as BLOCKED } from "../generated/constants/blocked.ts";
