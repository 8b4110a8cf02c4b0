import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import type { WireErrorInput } from "./generated/types/wire-error.ts";
import type { JsonValue } from "./json-value.ts";

/** What an error may carry besides code and message. */
export interface StatorErrorOptions {
  /** What led to it in this process. Default: nothing. */
  readonly cause?: unknown;
  /** Public facts for programs. Default: null. */
  readonly details?: JsonValue | null;
  /** From 400 to 599; anything else does not count. Default: that of the code. */
  readonly httpStatus?: number | undefined;
  /** The instance that it came from. Default: null, for this process. */
  readonly instanceId?: bigint | null;
  /** Name of what the remote handler threw. Default: null. */
  readonly remoteName?: string | null;
  /** Stack of what the remote handler threw. Default: null. */
  readonly remoteStack?: string | null;
}

/** An error as it travels: JSON. */
export type WireError = WireErrorInput;

/** The one error class of Stator. `code` is one of a closed list; the message says what, where and what to do. */
export class StatorError extends Error {
  /** `StatorError`, or `DeclaredError`. */
  override readonly name: string = "StatorError";
  /** What has become of the call: one of a closed list. */
  readonly code: ErrorCode;
  /** Public facts about the error. */
  readonly details: JsonValue | null;
  /** The instance that the error came from. */
  readonly instanceId: bigint | null;
  /** Name of the error class that the remote handler threw. */
  readonly remoteName: string | null;
  /** Stack of the remote handler; only a development server sends it. */
  readonly remoteStack: string | null;
  readonly #httpStatus: number | null;

  constructor(code: ErrorCode, message: string, options: StatorErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? null;
    this.instanceId = options.instanceId ?? null;
    this.remoteName = options.remoteName ?? null;
    this.remoteStack = options.remoteStack ?? null;
    this.#httpStatus = isErrorStatus(options.httpStatus) ? options.httpStatus : null;
  }

  /** Whether the same call may succeed elsewhere or later, without risk of running twice. */
  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  /** The HTTP status that a front end answers with. */
  get httpStatus(): number {
    return this.#httpStatus ?? ERROR_CODES[this.code].httpStatus;
  }
}

function isErrorStatus(status: unknown): status is number {
  return typeof status === "number" && Number.isInteger(status) && status >= 400 && status <= 599;
}
