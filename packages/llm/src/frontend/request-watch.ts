import type { CompletionUsage } from "../generated/index.ts";
import type { FrontendMetrics, ModelMetrics, RequestEndpoint } from "./frontend-metrics.ts";

/** Counts and times one request, from its arrival to its end. */
export class RequestWatch {
  private readonly begun = performance.now();
  private last = this.begun;
  private rows: ModelMetrics | null = null;
  private usage: CompletionUsage | null = null;
  private isOver = false;
  /** What the request asks for, once that is known. */
  model = "";
  stream = false;

  constructor(
    private readonly metrics: FrontendMetrics,
    private readonly endpoint: RequestEndpoint,
    /** Called once, at the end. */
    private readonly onOver: () => void,
  ) {
    metrics.inFlight(endpoint).inc();
  }

  /** A part of the answer has come. */
  part(hasChoices: boolean, usage: CompletionUsage | null): void {
    if (usage !== null) this.usage = usage;
    if (!hasChoices) return;
    const now = performance.now();
    if (this.rows === null) {
      this.rows = this.metrics.of(this.endpoint, this.model);
      this.rows.firstToken.observe((now - this.begun) / 1000);
    } else {
      this.rows.betweenTokens.observe((now - this.last) / 1000);
    }
    this.last = now;
  }

  /** Vectors have no parts. */
  embedded(promptTokens: number): void {
    this.rows = this.metrics.of(this.endpoint, this.model);
    this.rows.inputTokens.observe(promptTokens);
  }

  /** The request has been answered, or left; whoever says so first counts. `code`: 499 for one that was left. */
  over(code: number): void {
    if (this.isOver) return;
    this.isOver = true;
    this.onOver();
    this.metrics.inFlight(this.endpoint).dec();
    if (code === 499) this.metrics.disconnected();
    this.metrics.answered(this.endpoint, this.model, this.stream, code);
    this.rows?.duration.observe((performance.now() - this.begun) / 1000);
    if (this.usage === null) return;
    this.rows?.inputTokens.observe(this.usage.prompt_tokens);
    this.rows?.outputTokens.observe(this.usage.completion_tokens);
  }
}
