import { suggestion } from "../definition/nearest-name.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import type { CallRecord } from "./call-record.ts";
import type { Changes, WaitOptions } from "./changes.ts";
import type { RecordedCall } from "./recorded-call.ts";
import type { EndpointOf, ItemOf, RequestOf, Tested } from "./tested-service.ts";
import type { ServiceGroup } from "./service-group.ts";

/** Calls that are told of at the most, and kept. */
const MOST_TOLD = 20;
const MOST_KEPT = 100_000;

/** Every call that has reached an instance of the cluster, in the order of arrival. */
export class RecordedCalls implements Iterable<RecordedCall> {
  private readonly records: CallRecord[] = [];
  private count = 0;

  constructor(
    private readonly find: (service: Tested) => ServiceGroup,
    private readonly changes: Changes,
  ) {}

  /** All of them, in the order of arrival. */
  [Symbol.iterator](): Iterator<RecordedCall> {
    return this.all()[Symbol.iterator]();
  }

  /** All of them: at most the 100,000 that came last. */
  all(): readonly RecordedCall[] {
    return [...this.records];
  }

  /** Those of a service, or of one of its endpoints. */
  to(service: Tested): readonly RecordedCall[];
  to<const T extends Tested, const E extends EndpointOf<T>>(
    service: T,
    endpoint: E,
  ): readonly RecordedCall<RequestOf<T, E>, ItemOf<T, E>>[];
  to(service: Tested, endpoint?: string): readonly RecordedCall[] {
    return this.records.filter(this.matching(service, endpoint));
  }

  /** Those that a service has made; `test` and `http` are callers, too. */
  from(caller: Tested | "test" | "http"): readonly RecordedCall[] {
    if (typeof caller === "string") return this.records.filter((each) => each.caller === caller);
    const { name } = this.find(caller);
    return this.records.filter((each) => each.caller.startsWith(`${name}#`));
  }

  /**
   * Resolves with the next call that arrives: after those that have arrived when it is asked for.
   *
   * @throws StatorError `deadline_exceeded` with the calls that came.
   */
  next(service: Tested): Promise<RecordedCall>;
  next<const T extends Tested, const E extends EndpointOf<T>>(
    service: T,
    endpoint: E,
    options?: WaitOptions,
  ): Promise<RecordedCall<RequestOf<T, E>, ItemOf<T, E>>>;
  next(service: Tested, endpoint?: string, options?: WaitOptions): Promise<RecordedCall> {
    const matches = this.matching(service, endpoint);
    const after = this.count;
    const look = (): CallRecord | undefined => this.records.find((each) => each.order > after && matches(each));
    const what = `A call of ${this.find(service).name}${endpoint === undefined ? "" : `.${endpoint}`}`;
    return this.changes.until(look, what, options) as Promise<RecordedCall>;
  }

  /** Forgets the calls that are over. */
  clear(): void {
    const open = this.open();
    this.records.splice(0, this.records.length, ...open);
  }

  /** @internal Those whose methods have not ended. */
  open(): CallRecord[] {
    return this.records.filter((each) => each.isRunning);
  }

  /** @internal Writes a call down. */
  add(make: (order: number) => CallRecord): CallRecord {
    this.count += 1;
    const record = make(this.count);
    this.records.push(record);
    if (this.records.length > MOST_KEPT) this.records.shift();
    this.changes.tell();
    return record;
  }

  /** The last of them, one on a line. */
  toString(): string {
    if (this.records.length === 0) return "No call has reached a service.";
    const shown = this.records.slice(-MOST_TOLD).map((each) => `  ${each.order}. ${String(each)}`);
    return `The calls so far, of ${this.count}:\n${shown.join("\n")}`;
  }

  private matching(service: Tested, endpoint: string | undefined): (record: CallRecord) => boolean {
    const { name, endpoints } = this.find(service);
    if (endpoint !== undefined && !endpoints.includes(endpoint)) {
      throw invalidArgument(`${name} has no endpoint "${endpoint}"; ${suggestion(endpoint, endpoints)}`);
    }
    return (record) => record.service === name && (endpoint === undefined || record.endpoint === endpoint);
  }
}
