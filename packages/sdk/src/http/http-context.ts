import { type Context, type Logger, StatorError } from "@stator/runtime-native";

/** Headers that travel on with every call that the request causes. */
const CARRIED = ["traceparent", "tracestate", "baggage"] as const;

/** The context of an HTTP request, for the method that answers it. */
export class HttpContext implements Context, Disposable {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly metadata: Readonly<Record<string, string>>;
  readonly deadline: number | null;
  readonly callerContract: string | null = null;
  private readonly controller = new AbortController();
  private readonly timer: Timer | null = null;

  constructor(
    request: Request,
    readonly endpoint: string,
    readonly instanceId: bigint,
    readonly log: Logger,
    timeoutMs: number | null,
  ) {
    this.id = crypto.randomUUID();
    this.signal = this.controller.signal;
    const metadata: Record<string, string> = {};
    for (const name of CARRIED) {
      const value = request.headers.get(name);
      if (value !== null) metadata[name] = value;
    }
    this.metadata = metadata;
    this.deadline = timeoutMs === null ? null : Date.now() + timeoutMs;
    request.signal.addEventListener("abort", () => this.stopGenerating(), { once: true });
    if (timeoutMs === null) return;
    const late = () => new StatorError("deadline_exceeded", `${endpoint} did not answer within ${timeoutMs} ms.`);
    this.timer = setTimeout(() => this.controller.abort(late()), timeoutMs);
  }

  isStopped(): boolean {
    return this.signal.aborted;
  }

  isKilled(): boolean {
    return false;
  }

  stopGenerating(): void {
    this.controller.abort(new StatorError("cancelled", "The HTTP client has gone."));
  }

  /** Waits for a part of the answer, but no longer than the request lives. */
  async bounded<T>(part: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const aborted = () => reject(this.signal.reason as Error);
    if (this.signal.aborted) aborted();
    this.signal.addEventListener("abort", aborted, { once: true });
    try {
      return await Promise.race([part, promise]);
    } finally {
      this.signal.removeEventListener("abort", aborted);
    }
  }

  [Symbol.dispose](): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }
}
