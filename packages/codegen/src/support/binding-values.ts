import { argument, BindingError, misfit } from "./binding-error.ts";
import type { JsonCodec } from "./exact-json.ts";
import { INVALID, type Invalid, mismatch, takeIssue } from "./failure.ts";

/** Checks a value and brings it into its one form. */
export type Read<Value> = (value: unknown, depth: number) => Value | Invalid;

/** An argument that crosses as JSON text. Whatever the value does while it is looked at, the error is typed. */
export function jsonArgument(
  value: unknown,
  read: Read<unknown>,
  codec: JsonCodec,
  binding: string,
  parameter: string,
): string {
  let text: string;
  try {
    const checked = read(value, 0);
    if (checked === INVALID) throw misfit(binding, parameter);
    text = codec.stringify(checked);
  } catch (thrown) {
    if (thrown instanceof BindingError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new BindingError("invalid_argument", binding, `${parameter}: it threw when it was read (${reason})`, {
      cause: thrown,
      path: [parameter],
    });
  }
  return text;
}

/** An argument that crosses as bytes: lent to Rust during a synchronous call, else copied. */
export function bytesArgument(value: unknown, binding: string, parameter: string): Uint8Array {
  return argument(readOwnBytes(value), binding, parameter);
}

/** An argument that is a function. */
export function callbackArgument(value: unknown, binding: string, parameter: string): void {
  if (typeof value === "function") return;
  mismatch("a function", value);
  throw misfit(binding, parameter);
}

/** An argument that may be absent. */
export function optional<Value, Result>(value: Value | null | undefined, use: (value: Value) => Result): Result | null {
  return value === null || value === undefined ? null : use(value);
}

function readOwnBytes(value: unknown): Uint8Array | Invalid {
  if (!(value instanceof Uint8Array)) return mismatch("bytes (a Uint8Array)", value);
  const { buffer } = value;
  if (!(buffer instanceof ArrayBuffer)) {
    return mismatch("bytes in memory of their own; copy them with slice()", value);
  }
  return buffer.detached ? mismatch("bytes whose memory was not transferred", value) : value;
}

/** A result that crossed as JSON text. */
export function jsonResult<Value>(text: string, read: Read<Value>, codec: JsonCodec, binding: string): Value {
  return itemResult(codec.parse(text), read, binding);
}

/** A part of a result that crossed as JSON text. */
export function itemResult<Value>(json: unknown, read: Read<Value>, binding: string): Value {
  const value = read(json, 0);
  if (value === INVALID) throw new BindingError("invalid_result", binding, `result: ${takeIssue().message}`);
  return value;
}

/** A copy that says so when somebody tries to change it. */
export function frozen<Value>(value: Value): Value {
  // Memory of bytes cannot be frozen.
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
