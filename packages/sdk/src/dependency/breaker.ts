import { type Client, type Clock, StatorError } from "@stator/runtime-native";

import type { BreakerPolicy } from "./breaker-options.ts";

/** Errors that speak against the instance; the others are the caller's own, or what an endpoint is there to say. */
const FAILURES: ReadonlySet<string> = new Set([
  "unavailable",
  "unknown_outcome",
  "deadline_exceeded",
  "overloaded",
  "internal",
  "protocol",
]);

/** An instance that has failed lately. */
interface Record {
  /** In a row. */
  failures: number;
  /** When it is tried again; null while it is in use. */
  openUntil: number | null;
  /** How long it is left out the next time. */
  openMs: number;
  /** Until when a trial is under way that others wait for. */
  trialUntil: number;
}

/**
 * Leaves out instances that fail several times in a row. After a while they are tried again: one that fails then is left out
 * for twice as long, one that answers is back.
 */
export class Breaker {
  private readonly records = new Map<bigint, Record>();

  constructor(
    private readonly client: Client<unknown, unknown>,
    private readonly path: string,
    private readonly policy: BreakerPolicy,
    private readonly clock: Clock,
  ) {}

  /** Instances that get no calls now. */
  get open(): ReadonlySet<bigint> {
    const now = this.clock.monotonic();
    return new Set([...this.records].flatMap(([id, record]) => (isOpen(record, now) ? [id] : [])));
  }

  /** Refuses the call with `unavailable` while every instance is left out. */
  admit(): void {
    if (this.records.size === 0) return;
    const usable = this.client.instances().filter((each) => each.compatibility !== "incompatible");
    const now = this.clock.monotonic();
    const ids = new Set(usable.map((each) => each.instanceId));
    for (const id of this.records.keys()) if (!ids.has(id)) this.records.delete(id);
    const records = usable.map((each) => this.records.get(each.instanceId));
    if (records.length === 0 || records.some((record) => record === undefined || record.openUntil === null)) return;
    const waiting = records.filter((record) => record !== undefined);
    const trial = waiting.find((record) => !isOpen(record, now) && record.trialUntil <= now);
    if (trial !== undefined) {
      trial.trialUntil = now + this.policy.openMs;
      return;
    }
    const retryAfterMs = Math.ceil(
      Math.max(1, Math.min(...waiting.map((each) => Math.max(each.openUntil ?? 0, each.trialUntil))) - now),
    );
    throw new StatorError(
      "unavailable",
      `${this.path}: all of its ${waiting.length} instances have failed ${this.policy.failures} times in a row; ` +
        `the next trial is in ${retryAfterMs} ms.`,
      { details: { breaker: "open", retryAfterMs } },
    );
  }

  /** The instance has answered. */
  succeeded(instanceId: bigint | null): void {
    if (instanceId !== null && this.records.size > 0) this.records.delete(instanceId);
  }

  /** A call of the instance has failed. */
  failed(instanceId: bigint | null, error: unknown): void {
    if (instanceId === null || !(error instanceof StatorError) || !FAILURES.has(error.code)) return;
    // What another service has told it, and it passed on.
    if (error.instanceId !== null && error.instanceId !== instanceId) return;
    const record = this.records.get(instanceId) ?? {
      failures: 0,
      openUntil: null,
      openMs: this.policy.openMs,
      trialUntil: 0,
    };
    this.records.set(instanceId, record);
    record.failures += 1;
    const now = this.clock.monotonic();
    // Calls that were open already when it was left out say nothing new.
    if (record.failures < this.policy.failures || isOpen(record, now)) return;
    record.openUntil = now + record.openMs;
    record.trialUntil = 0;
    this.avoid(instanceId, record.openMs);
    record.openMs = Math.min(this.policy.maxOpenMs, record.openMs * 2);
  }

  /** Lets the core prefer others. By another time than the real one it has to be told when that is over. */
  private avoid(instanceId: bigint, timeMs: number): void {
    const { clock, client } = this;
    client.avoid(instanceId, clock.isReal ? timeMs : Infinity);
    if (!clock.isReal) clock.after(timeMs, () => client.avoid(instanceId, 0), "background");
  }
}

function isOpen(record: Record, now: number): boolean {
  return record.openUntil !== null && record.openUntil > now;
}
