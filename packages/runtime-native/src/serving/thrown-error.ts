import { encodePayload } from "../crossing/payload.ts";
import { ERROR_CODES } from "../error-codes.ts";
import { StatorError, type WireError } from "../stator-error.ts";

/** How `JSON.stringify` writes half of a character, which the core cannot read. */
const LONE_SURROGATE = /\\ud[89a-f]/;

/**
 * What a handler threw, as it travels: JSON. `development` adds the stack.
 *
 * Handlers throw anything: also errors whose parts are not text, and values that throw when they are looked at.
 */
export function thrownError(thrown: unknown, development: boolean): string {
  try {
    return write(describe(thrown, development));
  } catch {
    return write({ code: "internal", message: "the handler threw a value that cannot be shown" });
  }
}

function describe(thrown: unknown, development: boolean): WireError {
  if (!(thrown instanceof Error)) return { code: "internal", message: `the handler threw ${shown(thrown)}` };
  const message = text(thrown.message);
  // An error that is only passed on keeps the stack of where it was thrown, however many hops away.
  const thrownAt = thrown instanceof StatorError ? (thrown.remoteStack ?? thrown.stack) : thrown.stack;
  const stack = development && typeof thrownAt === "string" ? { stack: text(thrownAt) } : {};
  if (!(thrown instanceof StatorError)) return { code: "internal", message, name: text(thrown.name), ...stack };
  const name = thrown.remoteName === null ? {} : { name: thrown.remoteName };
  const instance = thrown.instanceId === null ? {} : { instance: thrown.instanceId.toString() };
  const isKnown = Object.hasOwn(ERROR_CODES, thrown.code);
  const code = isKnown ? thrown.code : "internal";
  const problem = detailsProblem(thrown);
  if (problem !== null && code === "declared") {
    return { code: "internal", message: `the error ${thrown.remoteName} cannot be sent: ${problem}`, ...stack };
  }
  // Code and message must arrive whatever the details are.
  const details = problem !== null || thrown.details === null ? {} : { details: thrown.details };
  const status = isKnown && thrown.httpStatus !== ERROR_CODES[code].httpStatus ? { status: thrown.httpStatus } : {};
  return { code, message, ...name, ...details, ...status, ...instance, ...stack };
}

/** Why the details cannot travel, null if they can. */
function detailsProblem(error: StatorError): string | null {
  if (error.details === null) return null;
  try {
    const details = encodePayload(error.details);
    if (typeof details !== "string") return "it holds bytes or a map, which JSON cannot hold";
    return LONE_SURROGATE.test(details) ? "it holds text with a lone surrogate" : null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function write(error: WireError): string {
  return encodePayload(error) as string;
}

/** Lone surrogates cannot be written as UTF-8. */
function text(value: unknown): string {
  return String(value).toWellFormed();
}

function shown(thrown: unknown): string {
  if (typeof thrown === "string") return text(thrown);
  if (typeof thrown === "object" && thrown !== null) return JSON.stringify(thrown).toWellFormed();
  return String(thrown);
}
