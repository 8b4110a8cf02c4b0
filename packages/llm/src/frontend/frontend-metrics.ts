import type { Counter, DistributedRuntime, Gauge, Histogram, Metrics } from "@stator/runtime-native";

/** What a request asks for, as metrics call it. */
export type RequestEndpoint = "chat_completions" | "completions" | "embeddings";

const TOKENS = [1, 8, 32, 128, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144, 1_048_576];
const FIRST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const BETWEEN = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The rows of one model and endpoint. */
export interface ModelMetrics {
  readonly firstToken: Histogram;
  readonly betweenTokens: Histogram;
  readonly duration: Histogram;
  readonly inputTokens: Histogram;
  readonly outputTokens: Histogram;
}

/** What a front end counts, under the names of the original's. */
export class FrontendMetrics {
  private readonly metrics: Metrics;
  private readonly models = new Map<string, ModelMetrics>();
  private readonly served = new Set<string>();
  private readonly open = new Map<RequestEndpoint, Gauge>();
  private readonly left: Counter;

  constructor(runtime: DistributedRuntime) {
    this.metrics = runtime.ownMetrics({});
    this.left = this.metrics.counter("dynamo_frontend_disconnected_clients", {
      help: "Requests whose client has gone before the answer was complete.",
    });
  }

  /** A request begins. */
  inFlight(endpoint: RequestEndpoint): Gauge {
    let gauge = this.open.get(endpoint);
    if (gauge === undefined) {
      gauge = this.metrics.gauge("dynamo_frontend_inflight_requests", {
        help: "Requests that are being answered.",
        labels: { endpoint },
      });
      this.open.set(endpoint, gauge);
    }
    return gauge;
  }

  disconnected(): void {
    this.left.inc();
  }

  /** A request has been answered with this status. */
  answered(endpoint: RequestEndpoint, model: string, stream: boolean, code: number): void {
    this.metrics
      .counter("dynamo_frontend_requests_total", {
        help: "Requests that have been answered.",
        labels: {
          endpoint,
          // Names that nobody serves are endless.
          model: this.served.has(model) ? model : "unknown",
          request_type: stream ? "stream" : "unary",
          status: code < 400 ? "success" : "error",
          code: String(code),
        },
      })
      .inc();
  }

  /** The rows of a model that has begun to answer. */
  of(endpoint: RequestEndpoint, model: string): ModelMetrics {
    this.served.add(model);
    const key = `${endpoint} ${model}`;
    let rows = this.models.get(key);
    if (rows === undefined) {
      rows = this.rows({ endpoint, model });
      this.models.set(key, rows);
    }
    return rows;
  }

  private rows(labels: Record<string, string>): ModelMetrics {
    const histogram = (name: string, help: string, buckets: readonly number[]): Histogram =>
      this.metrics.histogram(`dynamo_frontend_${name}`, { help, labels, buckets });
    return {
      firstToken: histogram("time_to_first_token_seconds", "From the request to the first part of its answer.", FIRST),
      betweenTokens: histogram("inter_token_latency_seconds", "From one part of an answer to the next.", BETWEEN),
      duration: histogram("request_duration_seconds", "From the request to the end of its answer.", [
        ...FIRST,
        300,
        600,
      ]),
      inputTokens: histogram("input_sequence_tokens", "Tokens of prompts.", TOKENS),
      outputTokens: histogram("output_sequence_tokens", "Tokens of answers.", TOKENS),
    };
  }
}
