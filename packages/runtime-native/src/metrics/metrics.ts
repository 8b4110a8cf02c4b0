/** Only grows. */
export interface Counter {
  /** @throws StatorError `invalid_argument` for what is no number of at least 0. */
  inc(by?: number): void;
}

/** Goes up and down. */
export interface Gauge {
  /** Replaces the value. */
  set(value: number): void;
  /** Adds to it. Default: 1. */
  inc(by?: number): void;
  /** Takes from it. Default: 1. */
  dec(by?: number): void;
}

/** Sorts values into buckets. */
export interface Histogram {
  /** Counts a value, in the unit that the metric has. */
  observe(value: number): void;
}

/** What a metric says of itself. */
export interface MetricOptions {
  /** What it counts, for those who read `/metrics`. The first one counts. */
  readonly help?: string;
  /** Of this row, beside those of the endpoint. Values must be few: at most 1000 rows of a metric are kept. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a histogram says of itself. */
export interface HistogramOptions extends MetricOptions {
  /** Upper bounds, ascending. The first ones count. Default: seconds, from 5 ms to 10 minutes. */
  readonly buckets?: readonly number[];
}

/**
 * Metrics of the application, at `/metrics` of the system server. Asking again for the same name and labels gives the same
 * row. Names are those of Prometheus; `dynamo_` and `stator_` are taken.
 *
 * @throws StatorError `invalid_argument` for a name that is none, is taken, or is a metric of another kind.
 */
export interface Metrics {
  /** A number that only grows, such as requests. */
  counter(name: string, options?: MetricOptions): Counter;
  /** A number that goes up and down, such as a length. */
  gauge(name: string, options?: MetricOptions): Gauge;
  /** How values are spread, such as times in seconds. */
  histogram(name: string, options?: HistogramOptions): Histogram;
}
