import { StatorError } from "../stator-error.ts";
import { isContractBytes } from "./contract-bytes.ts";
import { decodeMsgpack } from "./decode-msgpack.ts";
import { encodeMsgpack } from "./encode-msgpack.ts";
import { isPlain } from "./is-plain.ts";
import { refuseInexact } from "./refuse-inexact.ts";

/** A value as it travels: JSON text, the bytes of a `Uint8Array`, or a msgpack value. */
export type Payload = string | Uint8Array | Msgpack;

/** A value that JSON cannot hold. */
export class Msgpack {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get length(): number {
    return this.bytes.length;
  }
}

/** JSON text that may hold integers beyond 2^53. */
export class LongIntegers {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A payload as it arrives: the core has looked for long integers. */
export type Arrived = Payload | LongIntegers;

/** What a payload stands for. Throws for what is neither JSON nor msgpack. */
export function decodePayload(payload: Arrived): unknown {
  if (typeof payload === "string") return JSON.parse(payload);
  if (payload instanceof LongIntegers) return parseExactly(payload.text);
  return payload instanceof Msgpack ? decodeMsgpack(payload.bytes) : payload;
}

/** How deep is looked for bytes and maps; JSON.stringify has refused what contains itself. */
const MAX_LOOK = 1_000;

/**
 * A value as it travels: JSON text, or the bytes of a `Uint8Array`; msgpack if a `Uint8Array` or a `Map` stands inside.
 *
 * Exact or refused: a `bigint` becomes an integer of all its digits; `NaN`, infinities, invalid dates, and `undefined`,
 * functions and symbols in lists throw `invalid_argument` with the path. Else as `JSON.stringify`: `toJSON` counts,
 * keys whose value is `undefined` or a function are left out, `-0` is written as `0`. `undefined` as a whole travels as
 * `null`. Other binary values do not travel.
 */
export function encodePayload(value: unknown): Payload {
  if (typeof value === "object" && value !== null) {
    if (value instanceof Uint8Array) return value;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) refuseBinary(value);
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    return encodeSlowly(value, cause);
  }
  if (text === undefined) {
    if (value === undefined) return "null";
    throw new StatorError("invalid_argument", `a ${typeof value} cannot be sent; send a JSON value or a Uint8Array`);
  }
  if (isPlain(value)) return text;
  if (mayHoldMore(text) && holdsMore(value, 0)) return new Msgpack(encodeMsgpack(value));
  // JSON.stringify writes NaN, infinities and what a list cannot hold as null without a word.
  if (text.includes("null")) refuseInexact(value);
  return text;
}

/** Reads JSON text; integers beyond 2^53 arrive as `bigint`. Throws `SyntaxError`. */
export function decodeText(text: string): unknown {
  return mayHoldLargeInteger(text) ? parseExactly(text) : JSON.parse(text);
}

/** JSON.stringify would make an object of indexes of it, or an empty one. */
function refuseBinary(value: object): never {
  throw new StatorError(
    "invalid_argument",
    `binary data (${value.constructor.name}) cannot be sent; send a Uint8Array of its bytes, or a list of its numbers`,
  );
}

/** JSON.stringify writes a Map and empty bytes as {}, bytes as an object of indexes, and a Buffer in a way of its own. */
function mayHoldMore(text: string): boolean {
  return text.includes("{}") || text.includes('{"0":') || text.includes('{"type":"Buffer"');
}

/** Whether there is something inside that JSON cannot hold and msgpack can, or that is to be refused by name. */
function holdsMore(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null || depth > MAX_LOOK) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return !isContractBytes(value);
  if (value instanceof Map || value instanceof Set) return true;
  const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return parts.some((part) => typeof part === "object" && holdsMore(part, depth + 1));
}

function encodeSlowly(value: unknown, cause: unknown): Payload {
  try {
    refuseInexact(value);
    if (holdsMore(value, 0)) return new Msgpack(encodeMsgpack(value));
    return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? rawJson(part) : part));
  } catch (thrown) {
    if (thrown instanceof StatorError) throw thrown;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StatorError("invalid_argument", `the value cannot be written as JSON: ${reason}`, { cause });
  }
}

/** A run of sixteen digits covers one of every sixteen characters: most texts are settled by a few looks. */
function mayHoldLargeInteger(text: string): boolean {
  for (let index = 15; index < text.length; index += 16) {
    const code = text.charCodeAt(index);
    // Digits behind a point or in a string are no integer: they need not be read slowly.
    if (code >= 48 && code <= 57) return /(?:^|[:,[\s-])\d{16}/.test(text);
  }
  return false;
}

function parseExactly(text: string): unknown {
  return JSON.parse(text, (_, value: unknown, context?: { source?: string }) => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
    const source = context?.source;
    return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
  });
}

/** The digits of an integer, unquoted in the output of `JSON.stringify`. TypeScript does not know this function yet. */
function rawJson(integer: bigint): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(integer.toString());
}
