import {
  type Clock,
  type ClockTimer,
  type Context,
  createLogger,
  type Logger,
  type Metrics,
  StatorError,
} from "@stator/runtime-native";

/** Headers that travel on with every call that the request causes. */
const CARRIED = ["traceparent", "tracestate", "baggage"] as const;

/** What a proxy, or the client, may call the request. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** What all requests of a route have in common. */
export interface RouteFacts {
  /** `namespace.component.endpoint` */
  readonly path: string;
  readonly instanceId: bigint;
  readonly metrics: Metrics;
  readonly timeoutMs: number | null;
  readonly clock: Clock;
}

/** The context of an HTTP request, for the method that answers it. */
export class HttpContext implements Context, Disposable {
  /** The header `x-request-id`, else one of our own. */
  readonly id: string;
  readonly endpoint: string;
  readonly instanceId: bigint;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
  readonly metadata: Readonly<Record<string, string>>;
  readonly deadline: number | null;
  readonly callerContract: string | null = null;
  private readonly controller = new AbortController();
  private readonly timer: ClockTimer | null = null;

  constructor(request: Request, { path, instanceId, metrics, timeoutMs, clock }: RouteFacts) {
    const given = request.headers.get("x-request-id") ?? "";
    const id = REQUEST_ID.test(given) ? given : crypto.randomUUID();
    this.id = id;
    this.endpoint = path;
    this.instanceId = instanceId;
    this.metrics = metrics;
    this.signal = this.controller.signal;
    const metadata: Record<string, string> = {};
    for (const name of CARRIED) {
      const value = request.headers.get(name);
      if (value !== null) metadata[name] = value;
    }
    this.metadata = metadata;
    this.log = createLogger(
      () => ({ id, endpoint: path }),
      undefined,
      () => metadata,
    );
    this.deadline = timeoutMs === null ? null : clock.now() + timeoutMs;
    request.signal.addEventListener("abort", () => this.stopGenerating(), { once: true });
    if (timeoutMs === null) return;
    const late = () => new StatorError("deadline_exceeded", `${path} did not answer within ${timeoutMs} ms.`);
    this.timer = clock.after(timeoutMs, () => this.controller.abort(late()));
  }

  isStopped(): boolean {
    return this.signal.aborted;
  }

  isKilled(): boolean {
    return this.signal.aborted;
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
    this.timer?.cancel();
  }
}
