import { encodePayload, Msgpack } from "../crossing/payload.ts";
import type { KvValue } from "../generated/types/kv-value.ts";
import { StatorError } from "../stator-error.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A value on its way into the store: bytes as they are, anything else as JSON. */
export function storedValue(value: unknown): KvValue {
  const payload = encodePayload(value);
  if (typeof payload === "string") return { text: payload };
  if (payload instanceof Msgpack) {
    throw new StatorError(
      "invalid_argument",
      "the value holds a Uint8Array or a Map, which JSON cannot; store bytes as a whole, or what JSON can hold",
    );
  }
  try {
    return { text: UTF8.decode(payload) };
  } catch {
    return { base64: payload.toBase64() };
  }
}

/** The bytes of a value, with memory of their own. */
export function bytesOf(value: KvValue): Uint8Array {
  return "text" in value ? new TextEncoder().encode(value.text) : Uint8Array.fromBase64(value.base64);
}
