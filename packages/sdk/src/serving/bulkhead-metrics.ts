import type { Counter, Gauge, Histogram, Metrics } from "@stator/runtime-native";

import type { BulkheadSize } from "./bulkhead.ts";

/** How full the places of a service or an endpoint are, under the names that the original has for its pool of workers. */
export class BulkheadMetrics {
  readonly running: Gauge;
  readonly waiting: Gauge;
  readonly refused: Counter;
  private readonly wait: Histogram;

  constructor(metrics: Metrics, { maxConcurrency, queue }: BulkheadSize) {
    this.running = metrics.gauge(name("pool_active_tasks"), { help: "Calls that hold a place of the limits." });
    this.waiting = metrics.gauge(name("queue_depth"), { help: "Calls that wait for a place." });
    this.refused = metrics.counter(name("enqueue_rejected_total"), {
      help: "Calls refused because the queue was full.",
    });
    this.wait = metrics.histogram(name("permit_wait_seconds"), { help: "How long calls waited for their place." });
    metrics.gauge(name("pool_capacity"), { help: "Places: maxConcurrency." }).set(maxConcurrency);
    metrics.gauge(name("queue_capacity"), { help: "Calls that may wait: queue." }).set(queue);
  }

  /** A call got its place, which makes so many that have one. */
  entered(running: number, waitedSeconds: number): void {
    this.running.set(running);
    this.wait.observe(waitedSeconds);
  }
}

function name(end: string): string {
  return `dynamo_work_handler_${end}`;
}
