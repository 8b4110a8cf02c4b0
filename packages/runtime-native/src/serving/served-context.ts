import { type LogFields, type Logger, createLogger } from "../logger.ts";
import type { ClockTimer } from "../clock.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { StatorError } from "../stator-error.ts";
import type { OpenedCall } from "../testing/test-call.ts";
import type { Context } from "./context.ts";
import type { EndpointFacts } from "./endpoint-facts.ts";

const NO_METADATA: Readonly<Record<string, string>> = Object.freeze({});

/** A call that a handler has made: it ends with the call that it was made for. */
export interface Child {
  abandon(error: StatorError): void;
}

/** The context of one served call. Everything that handlers may never look at is made when they do. */
export class ServedContext implements Context {
  readonly deadline: number | null;
  /** The id under which the call was taken. */
  readonly instanceId: bigint;
  readonly callerContract: string | null;
  /** The name of the test bed that the call comes from; null outside of tests. */
  readonly caller: string | null;
  readonly #endpoint: EndpointFacts;
  #id: string;
  #metadataText: string;
  #metadata: Readonly<Record<string, string>> | null = null;
  #controller: AbortController | null = null;
  #reason: StatorError | null = null;
  #killed = false;
  #log: Logger | null = null;
  /** Calls that the handler has made and that are still open. */
  #children: Set<Child> | null = null;
  #limit: ClockTimer | null = null;

  constructor(id: string, call: OpenedCall, callerContract: string | null, endpoint: EndpointFacts) {
    this.#id = id;
    this.callerContract = callerContract;
    this.#metadataText = call.metadata;
    this.deadline = call.deadline;
    this.caller = call.caller;
    this.#endpoint = endpoint;
    this.instanceId = endpoint.identity.current;
  }

  /** The caller's id of the call; one of our own if it gave none. */
  get id(): string {
    if (this.#id === "") this.#id = crypto.randomUUID();
    return this.#id;
  }

  get endpoint(): string {
    return this.#endpoint.path;
  }

  get metadata(): Readonly<Record<string, string>> {
    this.#metadata ??=
      this.#metadataText === "" ? NO_METADATA : Object.freeze(JSON.parse(this.#metadataText) as Record<string, string>);
    return this.#metadata;
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#reason !== null) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get log(): Logger {
    if (this.#log === null) {
      const fields: LogFields = { id: this.id, endpoint: this.endpoint };
      this.#log = createLogger(
        () => fields,
        this.#endpoint.log,
        () => this.metadata,
      );
    }
    return this.#log;
  }

  get metrics(): Metrics {
    return this.#endpoint.metrics();
  }

  isStopped(): boolean {
    return this.#reason !== null;
  }

  isKilled(): boolean {
    return this.#killed;
  }

  stopGenerating(): void {
    this.stop(new StatorError("cancelled", "the handler stopped generating"));
  }

  /** The signal fires; what the handler still gives is sent. */
  stop(reason: StatorError): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  /** Calls `late` when the deadline has come, where the core does not watch it. */
  watchDeadline(late: () => void): void {
    const left = this.remainingMs;
    if (left !== null) this.#limit = this.#endpoint.clock.after(left, late);
  }

  /** The caller is gone: the signal fires first, then every call that was made for this one ends. */
  kill(reason: StatorError): void {
    if (this.#killed) return;
    this.#killed = true;
    this.stop(reason);
    this.#endChildren(reason);
  }

  /** The handler is done: calls that it left open have nobody to read them. */
  finish(): void {
    this.#killed = true;
    this.#limit?.cancel();
    if (this.#children !== null)
      this.#endChildren(new StatorError("cancelled", "the handler that made the call is done"));
  }

  get isOver(): boolean {
    return this.#killed;
  }

  /** Time left, at least 0; null without a deadline. */
  get remainingMs(): number | null {
    return this.deadline === null ? null : Math.max(0, this.deadline - this.#endpoint.clock.now());
  }

  /** Metadata of a call that is made for this one: ours, and what the call says itself. */
  outgoingMetadata(own: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
    if (this.#metadataText === "") return own;
    return own === undefined ? this.metadata : { ...this.metadata, ...own };
  }

  adopt(call: Child): void {
    this.#children ??= new Set();
    this.#children.add(call);
  }

  release(call: Child): void {
    this.#children?.delete(call);
  }

  #endChildren(reason: StatorError): void {
    for (const call of this.#children ?? []) call.abandon(reason);
  }
}
