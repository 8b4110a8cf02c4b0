import { StatorError } from "../stator-error.ts";

/** How deep a value may be nested; deeper ones are refused before they exhaust the stack. */
const MAX_DEPTH = 2_000;

/**
 * A value as it travels: JSON text, or the bytes of a `Uint8Array`.
 *
 * Exact or refused: a `bigint` becomes an integer of all its digits; `NaN`, infinities and what JSON cannot hold
 * throw `invalid_argument` with the path. `undefined` as a whole travels as `null`.
 */
export function encodePayload(value: unknown): string | Uint8Array {
  if (typeof value === "object" && value instanceof Uint8Array) return value;
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
  // JSON.stringify writes NaN and infinities as null without a word.
  if (text.includes("null")) refuseNonFinite(value, "", 0);
  return text;
}

/** Reads JSON text; integers beyond 2^53 arrive as `bigint`. Throws `SyntaxError`. */
export function decodeText(text: string): unknown {
  return mayHoldLargeInteger(text) ? parseExactly(text) : JSON.parse(text);
}

function encodeSlowly(value: unknown, cause: unknown): string {
  refuseNonFinite(value, "", 0);
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? rawJson(part) : part));
  } catch {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StatorError("invalid_argument", `the value cannot be written as JSON: ${reason}`, { cause });
  }
}

function refuseNonFinite(value: unknown, path: string, depth: number): void {
  if (typeof value === "number") {
    if (Number.isFinite(value)) return;
    throw new StatorError(
      "invalid_argument",
      `${path === "" ? "the value" : path} is ${value}, which JSON cannot hold`,
    );
  }
  if (typeof value !== "object" || value === null) return;
  if (depth > MAX_DEPTH) {
    throw new StatorError(
      "invalid_argument",
      `the value is nested deeper than ${MAX_DEPTH} levels, or contains itself`,
    );
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) refuseNonFinite(value[index], `${path}[${index}]`, depth + 1);
    return;
  }
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    if (typeof part === "number" ? !Number.isFinite(part) : typeof part === "object" && part !== null) {
      refuseNonFinite(part, path === "" ? key : `${path}.${key}`, depth + 1);
    }
  }
}

/** A run of sixteen digits covers one of every sixteen characters: most texts are settled by a few looks. */
function mayHoldLargeInteger(text: string): boolean {
  for (let index = 15; index < text.length; index += 16) {
    const code = text.charCodeAt(index);
    if (code >= 48 && code <= 57) return /\d{16}/.test(text);
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
