import type { StatorError } from "../stator-error.ts";

/** What one call may say. */
export interface CallOptions {
  /** Aborting it cancels the call. */
  readonly signal?: AbortSignal | undefined;
  /** The call ends with `deadline_exceeded` after this time. Inside a handler the caller's deadline holds too. */
  readonly timeoutMs?: number | undefined;
  /** Text that travels with the call, through every hop. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Shown as `context.id`; default: the id of the call that is being served, else a fresh one. */
  readonly id?: string | undefined;
  /**
   * Hears once that the call is over, with what it failed with, whether anybody reads it or not. Items that came before may
   * still be unread then. It runs on the way of all messages: it should only take note.
   */
  readonly onOver?: ((error: StatorError | null) => void) | undefined;
}
