import type { StatorError } from "@stator/runtime-native";

/** How far a call has come: its method runs; it was answered, as a whole; it failed; it was over before its answer was. */
export type CallStatus = "running" | "answered" | "failed" | "left";

/** A call as it reached an instance. */
export interface RecordedCall<Request = unknown, Item = unknown> {
  /** From 1 on, in the order of arrival. */
  readonly order: number;
  /** The name of the service's class, or of its contract. */
  readonly service: string;
  /** The method's name. */
  readonly endpoint: string;
  /** `namespace.component.endpoint` */
  readonly path: string;
  /** The instance that made it, such as `Frontend#1`; `test` for a client of the test, `http` for a request. */
  readonly caller: string;
  /** The instance that it reached, such as `Worker#2`. */
  readonly instance: string;
  /** What was asked, before the endpoint's schema has seen it; null for a stream of requests. */
  readonly request: Request;
  /** The stream of requests, as far as it was read. */
  readonly requests: readonly unknown[];
  /** What was answered so far: one item where the answer is one value. */
  readonly items: readonly Item[];
  /** The answer that is one value; undefined without one. */
  readonly response: Item | undefined;
  /** What it failed with; the reason why it was over, where it was left; null if nothing went wrong. */
  readonly error: StatorError | null;
  /** What went with it, by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** How far it has come. */
  readonly status: CallStatus;
  /** The faults that were played with it, such as `drop`. */
  readonly faults: readonly string[];
  /** When it came, by the clock of the cluster. */
  readonly at: number;
  /** Resolves with the call when it is over. */
  readonly ended: Promise<RecordedCall<Request, Item>>;
}
