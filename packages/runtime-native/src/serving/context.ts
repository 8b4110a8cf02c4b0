import type { Logger } from "../logger.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** What a handler knows of the call that it serves. */
export interface Context {
  /** The call's id; the same in every hop. */
  readonly id: string;
  /** Fires when the call is over before the handler is: cancelled, killed, out of time, or its connection lost. */
  readonly signal: AbortSignal;
  /** Text that came with the call. */
  readonly metadata: Readonly<Record<string, string>>;
  /** When the call's time is up, in milliseconds since the epoch; null for never. */
  readonly deadline: number | null;
  /** The instance that serves the call: this one. */
  readonly instanceId: bigint;
  /** `namespace.component.endpoint` */
  readonly endpoint: string;
  /**
   * The contract that the caller was built with: the first 32 hex digits of its hash. Null if the caller does not say,
   * and over HTTP.
   */
  readonly callerContract: string | null;
  /** Writes lines with the call's id and endpoint. */
  readonly log: Logger;
  /** Metrics of the endpoint, for `/metrics` of the system server. */
  readonly metrics: Metrics;
  /** Whether the caller asked to finish early, or is gone. */
  isStopped(): boolean;
  /** Whether nobody waits for the answer any more. */
  isKilled(): boolean;
  /** Marks the call as stopped: `isStopped()` is true and the signal fires; what is yielded is still sent. */
  stopGenerating(): void;
}
