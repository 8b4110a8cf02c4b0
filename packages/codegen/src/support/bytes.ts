import { type Invalid, Measure, mismatch } from "./failure.ts";

/** A `Uint8Array` that JSON writes as base64 text. */
export class Base64Bytes extends Uint8Array {
  toJSON(): string {
    return this.toBase64();
  }
}

/** A `Uint8Array`, which is taken as it is and not copied, or base64 text: padded, without spaces, no spare bits set. */
export function readBytes(value: unknown): Uint8Array | Invalid {
  if (value instanceof Base64Bytes) return value;
  if (value instanceof Uint8Array)
    return new Base64Bytes(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
  if (typeof value !== "string") return mismatch("bytes", value);
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(value, { lastChunkHandling: "strict" });
  } catch {
    return mismatch("bytes as base64 text", value);
  }
  // The decoder skips spaces.
  if (Math.ceil(bytes.byteLength / 3) * 4 !== value.length) return mismatch("bytes as base64 text", value);
  return new Base64Bytes(bytes.buffer as ArrayBuffer);
}

/** Whether there are so many bytes. Notes the failure if not. */
export function hasLength(bytes: Uint8Array, min: number, max: number): boolean {
  if (bytes.byteLength >= min && bytes.byteLength <= max) return true;
  const expected = max === Infinity ? `at least ${min}` : min === 0 ? `at most ${max}` : `${min} to ${max}`;
  mismatch(`${expected} bytes`, new Measure(String(bytes.byteLength)));
  return false;
}
