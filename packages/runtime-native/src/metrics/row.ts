import { StatorError } from "../stator-error.ts";
import type { Counter, Gauge, Histogram } from "./metrics.ts";

/** One row of a metric of any kind: what it is called as, its family decides. */
export class Row implements Counter, Gauge, Histogram {
  private value = 0;
  private count = 0;
  /** Values up to each bound, those of the bounds before not among them. */
  private readonly counts: number[];

  constructor(
    private readonly labels: string,
    private readonly buckets: readonly number[],
  ) {
    this.counts = buckets.map(() => 0);
  }

  inc(by = 1): void {
    this.value += number(by);
  }

  dec(by = 1): void {
    this.value -= number(by);
  }

  set(value: number): void {
    this.value = number(value);
  }

  observe(value: number): void {
    this.value += number(value);
    this.count += 1;
    const place = this.buckets.findIndex((bound) => value <= bound);
    if (place >= 0) this.counts[place] = (this.counts[place] ?? 0) + 1;
  }

  render(name: string, kind: "counter" | "gauge" | "histogram", shared: string): string[] {
    const labels = [this.labels, shared].filter((part) => part !== "").join(",");
    if (kind !== "histogram") return [`${name}{${labels}} ${this.value}`];
    let below = 0;
    const lines = this.buckets.map((bound, place) => {
      below += this.counts[place] ?? 0;
      return `${name}_bucket{${labels},le="${bound}"} ${below}`;
    });
    return [
      ...lines,
      `${name}_bucket{${labels},le="+Inf"} ${this.count}`,
      `${name}_sum{${labels}} ${this.value}`,
      `${name}_count{${labels}} ${this.count}`,
    ];
  }
}

/** A counter that is given away as one only: it cannot be set, and does not shrink. */
export function counterOf(row: Row): Counter {
  return {
    inc(by = 1) {
      if (by < 0) throw new StatorError("invalid_argument", `a counter only grows; ${by} is less than 0`);
      row.inc(by);
    },
  };
}

function number(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new StatorError("invalid_argument", `${String(value)} is not a number that can be counted`);
}
