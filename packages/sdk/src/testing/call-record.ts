import { type Context, StatorError } from "@stator/runtime-native";

import type { CallStatus, RecordedCall } from "./recorded-call.ts";

/** What is known of a call when it arrives. */
export interface Arrival {
  readonly order: number;
  readonly service: string;
  readonly endpoint: string;
  readonly caller: string;
  readonly instance: string;
  readonly at: number;
  readonly isOne: boolean;
  readonly context: Context;
}

/** A call that is written down while it runs. */
export class CallRecord implements RecordedCall {
  readonly order: number;
  readonly service: string;
  readonly endpoint: string;
  readonly path: string;
  readonly caller: string;
  readonly instance: string;
  readonly at: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly requests: unknown[] = [];
  readonly items: unknown[] = [];
  readonly faults: string[] = [];
  readonly ended: Promise<RecordedCall>;
  error: StatorError | null = null;
  status: CallStatus = "running";
  // Not for those who compare or print a call.
  #isRunning = true;
  readonly #isOne: boolean;
  readonly #end: () => void;
  readonly #context: Context;
  readonly #changed: () => void;

  constructor(
    arrival: Arrival,
    readonly request: unknown,
    /** Hears of every change. */
    changed: () => void,
  ) {
    const { order, service, endpoint, caller, instance, at, isOne, context } = arrival;
    this.order = order;
    this.service = service;
    this.endpoint = endpoint;
    this.path = context.endpoint;
    this.caller = caller;
    this.instance = instance;
    this.at = at;
    this.#isOne = isOne;
    this.#context = context;
    this.#changed = changed;
    this.metadata = context.metadata;
    const { promise, resolve } = Promise.withResolvers<RecordedCall>();
    this.ended = promise;
    this.#end = () => resolve(this);
    context.signal.addEventListener("abort", this.#left, { once: true });
  }

  /** Whether its method has not come to its end, though the call may be over. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  get response(): unknown {
    return this.#isOne ? this.items[0] : undefined;
  }

  gave(item: unknown): void {
    this.items.push(item);
    this.#changed();
  }

  asked(request: unknown): void {
    this.requests.push(request);
    this.#changed();
  }

  played(fault: string): void {
    this.faults.push(fault);
    this.#changed();
  }

  /** The method is done: with everything, with an error, or because nobody reads any more. */
  finish(status: Exclude<CallStatus, "running">, error: unknown = null): void {
    this.#isRunning = false;
    this.#context.signal.removeEventListener("abort", this.#left);
    this.#over(status, error);
    this.#changed();
  }

  /** Such as `Frontend#1 -> Worker#2.run (3 items, running)`. */
  toString(): string {
    const { caller, instance, endpoint, status, error, items, faults } = this;
    const played = faults.length === 0 ? "" : `, ${faults.join(", ")}`;
    const code = error === null ? "" : ` with ${error.code}`;
    return `${caller} -> ${instance}.${endpoint} (${status}${code}, ${items.length} items${played})`;
  }

  readonly #left = (): void => {
    // One that was only asked to finish early is still being answered.
    if (!this.#context.isKilled()) return;
    this.#over("left", this.#context.signal.reason);
    this.#changed();
  };

  #over(status: Exclude<CallStatus, "running">, error: unknown): void {
    if (this.status !== "running") return;
    this.status = status;
    this.error = error === null ? null : asStatorError(error);
    this.#end();
  }
}

/** As a caller gets what a method throws. */
function asStatorError(error: unknown): StatorError {
  if (error instanceof StatorError) return error;
  const [message, remoteName] = error instanceof Error ? [error.message, error.name] : [String(error), null];
  return new StatorError("internal", message, { cause: error, remoteName });
}
