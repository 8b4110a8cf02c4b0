import { type Context, type Metrics, StatorError } from "@stator/runtime-native";

import { BulkheadMetrics } from "./bulkhead-metrics.ts";

/** How many may be inside, and how many may wait. */
export interface BulkheadSize {
  readonly maxConcurrency: number;
  readonly queue: number;
}

/** Lets so many calls run at once, and so many wait for them: first come, first served. */
export class Bulkhead {
  private running = 0;
  /** In the order in which they came. */
  private readonly waiting = new Set<() => void>();
  private metrics: BulkheadMetrics | null = null;

  constructor(
    /** What is limited, for the message: a service or an endpoint. */
    readonly what: string,
    private readonly limits: BulkheadSize,
  ) {}

  /** Counts there from now on. */
  measure(metrics: Metrics): void {
    this.metrics = new BulkheadMetrics(metrics, this.limits);
  }

  /**
   * Takes a place: at once (null), or when one becomes free. Throws `overloaded` when as many wait as may. A call that
   * ends meanwhile, because its caller has left or its time is up, gives up its place in the queue and rejects.
   */
  enter(context: Context): Promise<void> | null {
    const { maxConcurrency, queue } = this.limits;
    if (this.running < maxConcurrency) {
      this.running += 1;
      this.metrics?.entered(this.running, 0);
      return null;
    }
    if (this.waiting.size < queue) return this.wait(context.signal);
    this.metrics?.refused.inc();
    throw new StatorError(
      "overloaded",
      `${this.what} is full: ${maxConcurrency} calls are running and ${queue} are waiting, as many as its limits allow.`,
      { details: { refused: context.endpoint, maxConcurrency, queue } },
    );
  }

  /** Gives the place to the one who has waited longest. */
  leave(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.running -= 1;
      this.metrics?.running.set(this.running);
    } else {
      this.waiting.delete(next);
      next();
    }
  }

  private wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const since = performance.now();
    const gone = (): void => {
      this.waiting.delete(turn);
      this.metrics?.waiting.set(this.waiting.size);
      reject(signal.reason as Error);
    };
    const turn = (): void => {
      signal.removeEventListener("abort", gone);
      this.metrics?.entered(this.running, (performance.now() - since) / 1000);
      this.metrics?.waiting.set(this.waiting.size);
      resolve();
    };
    this.waiting.add(turn);
    this.metrics?.waiting.set(this.waiting.size);
    if (signal.aborted) gone();
    else signal.addEventListener("abort", gone, { once: true });
    return promise;
  }
}
