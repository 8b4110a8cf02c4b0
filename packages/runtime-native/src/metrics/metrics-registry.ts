import { createLogger } from "../logger.ts";
import type { LogSettings } from "../log-settings.ts";
import { StatorError } from "../stator-error.ts";
import { MetricFamily, type MetricKind } from "./metric-family.ts";
import type { HistogramOptions, MetricOptions, Metrics } from "./metrics.ts";
import { counterOf, type Row } from "./row.ts";

/** In seconds; those of the runtime's own durations. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600] as const;

/**
 * The application's own metrics of one runtime.
 *
 * Written here and not taken from a library: the one that everybody takes is loaded in a tenth of a second, which every
 * program would pay for, and the text format is a page.
 */
export class MetricsRegistry {
  readonly #families = new Map<string, MetricFamily>();
  readonly #log: LogSettings;

  constructor(log: LogSettings) {
    this.#log = log;
  }

  /** Metrics whose rows carry these labels. `areOurs`: under names that are not for the application. */
  scope(labels: Readonly<Record<string, string>>, areOurs = false): Metrics {
    const row = (kind: MetricKind, name: string, options: HistogramOptions): Row => {
      if (!areOurs) refuseOurs(name);
      return this.#family(kind, name, options).row({ ...options.labels, ...labels }, () => this.#full(name));
    };
    return {
      counter: (name, options = {}) => counterOf(row("counter", name, options)),
      gauge: (name, options = {}) => row("gauge", name, options),
      histogram: (name, options = {}) => row("histogram", name, options),
    };
  }

  /** All rows, as Prometheus reads them; empty without any. `instanceId` stands in each. */
  render(instanceId: bigint): string {
    const shared = `worker_id="${instanceId.toString(16)}"`;
    return [...this.#families.values()].map((family) => family.render(shared)).join("");
  }

  #family(kind: MetricKind, name: string, options: MetricOptions & HistogramOptions): MetricFamily {
    const known = this.#families.get(name);
    if (known !== undefined) {
      if (known.kind === kind) return known;
      throw new StatorError("invalid_argument", `${name} is a ${known.kind} already; give the ${kind} another name`);
    }
    if (typeof name !== "string" || !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
      throw new StatorError("invalid_argument", `${JSON.stringify(name)} is not the name of a metric`);
    }
    const buckets = kind === "histogram" ? (options.buckets ?? SECONDS) : [];
    if (!buckets.every((bound, at) => Number.isFinite(bound) && (at === 0 || bound > (buckets[at - 1] ?? 0)))) {
      throw new StatorError("invalid_argument", `${name}: the buckets are not ascending numbers`);
    }
    const family = new MetricFamily(name, kind, options.help ?? "Of the application.", [...buckets]);
    this.#families.set(name, family);
    return family;
  }

  #full(name: string): void {
    createLogger(() => ({}), this.#log).warn(
      `the metric ${name} has more rows than are kept; further ones are dropped`,
    );
  }
}

function refuseOurs(name: string): void {
  if (typeof name !== "string" || !/^(dynamo|stator)_/.test(name)) return;
  throw new StatorError("invalid_argument", `${name}: names that begin with dynamo_ or stator_ are the runtime's own`);
}
