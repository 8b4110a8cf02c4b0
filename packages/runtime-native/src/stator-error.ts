import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import type { WireErrorInput } from "./generated/types/wire-error.ts";
import type { JsonValue } from "./json-value.ts";

/** What an error may carry besides code and message. */
export interface StatorErrorOptions {
  readonly cause?: unknown;
  readonly details?: JsonValue | null;
  readonly instanceId?: bigint | null;
  readonly remoteName?: string | null;
  readonly remoteStack?: string | null;
}

/** An error as it travels: JSON. */
export type WireError = WireErrorInput;

/** The one error class of Stator. `code` is one of a closed list; the message says what, where and what to do. */
export class StatorError extends Error {
  override readonly name = "StatorError";
  readonly code: ErrorCode;
  /** Public facts about the error. */
  readonly details: JsonValue | null;
  /** The instance that the error came from. */
  readonly instanceId: bigint | null;
  /** Name of the error class that the remote handler threw. */
  readonly remoteName: string | null;
  /** Stack of the remote handler; only a development server sends it. */
  readonly remoteStack: string | null;

  constructor(code: ErrorCode, message: string, options: StatorErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? null;
    this.instanceId = options.instanceId ?? null;
    this.remoteName = options.remoteName ?? null;
    this.remoteStack = options.remoteStack ?? null;
  }

  /** Whether the same call may succeed elsewhere or later, without risk of running twice. */
  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  /** The HTTP status that a front end answers with. */
  get httpStatus(): number {
    return ERROR_CODES[this.code].httpStatus;
  }

  /** The error that a peer, or the addon, wrote as JSON. A code that this version does not know reads as `internal`. */
  static fromWire(wire: WireError): StatorError {
    const code = Object.hasOwn(ERROR_CODES, wire.code) ? (wire.code as ErrorCode) : "internal";
    return new StatorError(code, wire.message, {
      details: wire.details ?? null,
      instanceId: instanceOf(wire.instance),
      remoteName: wire.name ?? null,
      remoteStack: wire.stack ?? null,
    });
  }
}

/** The instance that an error names; null for none, and for what a strange peer may have written there. */
function instanceOf(decimal: string | null | undefined): bigint | null {
  return typeof decimal === "string" && /^\d{1,20}$/.test(decimal) ? BigInt(decimal) : null;
}
