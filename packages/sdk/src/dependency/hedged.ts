import { type Clock, StatorError } from "@stator/runtime-native";

import { batches } from "./batches.ts";
import { ItemsOfBatches } from "./items-of-batches.ts";
import { readable, type ServiceStream } from "./service-stream.ts";

/** What one of the two calls has given. */
type Outcome<T> = { readonly leg: ServiceStream<unknown> } & ({ readonly result: T } | { readonly error: unknown });

/** A call that is made a second time when the first takes long. The one that answers first is read, the other one ends. */
export class Hedged implements ServiceStream<unknown> {
  private legs: ServiceStream<unknown>[];
  private winner: { readonly leg: ServiceStream<unknown>; readonly items: AsyncIterator<unknown[]> | null } | null =
    null;
  private readonly iterators = new Map<ServiceStream<unknown>, AsyncIterator<unknown[]>>();
  private isClaimed = false;
  private isCancelled = false;

  constructor(
    private readonly start: (reason: "first" | "hedge") => ServiceStream<unknown>,
    private readonly afterMs: number,
    /** Whether a second call may be made. */
    private readonly allowed: () => boolean,
    private readonly clock: Clock,
    /** The call's own. */
    private readonly signal: AbortSignal | undefined,
  ) {
    this.legs = [start("first")];
  }

  get id(): string {
    return (this.winner?.leg ?? this.legs[0])?.id ?? "";
  }

  get instanceId(): bigint | null {
    return (this.winner?.leg ?? this.legs[0])?.instanceId ?? null;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return new ItemsOfBatches(this.batches(), () => this.isCancelled || this.signal?.aborted === true);
  }

  batches(): AsyncIterableIterator<unknown[]> {
    this.claim();
    const next = (): Promise<IteratorResult<unknown[]>> =>
      this.winner?.items?.next() ?? this.first((leg) => this.batchesOf(leg).next());
    const leave = async (): Promise<void> => {
      await this.winner?.items?.return?.();
      this.cancel();
    };
    return batches(next, leave);
  }

  async one(): Promise<unknown> {
    this.claim();
    return this.first((leg) => leg.one());
  }

  toReadableStream(): ReadableStream<unknown> {
    return readable(this[Symbol.asyncIterator]());
  }

  cancel(): void {
    this.isCancelled = true;
    for (const leg of this.legs) leg.cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  private claim(): void {
    if (this.isClaimed) {
      throw new StatorError("invalid_argument", "this response is being read already; make another call to read twice");
    }
    this.isClaimed = true;
  }

  private batchesOf(leg: ServiceStream<unknown>): AsyncIterator<unknown[]> {
    const items = this.iterators.get(leg) ?? leg.batches()[Symbol.asyncIterator]();
    this.iterators.set(leg, items);
    return items;
  }

  /** What `read` gets of the call that answers first. An error counts only when no other call is under way. */
  private async first<T>(read: (leg: ServiceStream<unknown>) => Promise<T>): Promise<T> {
    const waiting = new Map<ServiceStream<unknown>, Promise<Outcome<T>>>();
    const begin = (leg: ServiceStream<unknown>): void => {
      const outcome = read(leg).then(
        (result): Outcome<T> => ({ leg, result }),
        (error: unknown): Outcome<T> => ({ leg, error }),
      );
      waiting.set(leg, outcome);
    };
    for (const leg of this.legs) begin(leg);
    const { promise: late, resolve } = Promise.withResolvers<null>();
    const timer = this.clock.after(this.afterMs, () => resolve(null));
    let isLate = false;
    try {
      for (;;) {
        const outcome = await Promise.race(isLate ? waiting.values() : [...waiting.values(), late]);
        if (outcome === null) {
          isLate = true;
          if (this.isCancelled || !this.allowed()) continue;
          const second = this.start("hedge");
          this.legs.push(second);
          begin(second);
          continue;
        }
        if ("result" in outcome) {
          this.choose(outcome.leg);
          return outcome.result;
        }
        waiting.delete(outcome.leg);
        if (waiting.size === 0) throw outcome.error;
      }
    } finally {
      timer.cancel();
    }
  }

  private choose(leg: ServiceStream<unknown>): void {
    this.winner = { leg, items: this.iterators.get(leg) ?? null };
    for (const other of this.legs) if (other !== leg) other.cancel();
    this.legs = [leg];
  }
}
