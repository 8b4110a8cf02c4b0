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
}
