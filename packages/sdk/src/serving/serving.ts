import type { DistributedRuntime } from "@stator/runtime-native";

import type { HttpServer } from "../http/http-server.ts";
import type { SharedTelemetry } from "../telemetry/shared-telemetry.ts";
import type { ServiceHost } from "./service-host.ts";
import { settledWithin } from "./settled-within.ts";

/** Services that run in this process. */
export class Serving implements AsyncDisposable {
  /** Resolves when everything has been stopped. */
  readonly closed: Promise<void>;
  private readonly finish: () => void;
  private stopping: Promise<void> | null = null;

  constructor(
    /** The runtime that the services use. */
    readonly runtime: DistributedRuntime,
    private readonly hosts: readonly ServiceHost[],
    private readonly http: HttpServer | null,
    private readonly drainMs: number,
    private readonly telemetry: SharedTelemetry | null = null,
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.finish = resolve;
  }

  /** Where HTTP answers, such as `http://127.0.0.1:8000`; null without a method that HTTP reaches. */
  get url(): string | null {
    return this.http?.url ?? null;
  }

  /** Answers a request for an `@api` or `@onRequest` method that came another way than through our port, as inside of an app. */
  readonly fetch = async (request: Request): Promise<Response> => {
    if (this.http === null) return new Response("There is no method here that HTTP reaches.\n", { status: 404 });
    return this.http.fetch(request);
  };

  /**
   * Withdraws the services, lets open calls end within the budget, runs the shutdown hooks and closes the runtime.
   * Further calls join the first.
   */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll().finally(this.finish);
    return this.stopping;
  }

  /** @internal Waits until what these services depend on, among `ids`, can be called. */
  async found(ids: ReadonlySet<string>): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.findDependencies(ids)));
  }

  /** @internal Ends at once, as the death of the process would: no hooks, no farewell. */
  async kill(): Promise<void> {
    this.stopping ??= Promise.resolve();
    this.runtime.faults.kill();
    await this.http?.close();
    this.finish();
  }

  /** As `stop()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async stopAll(): Promise<void> {
    // Whoever asks before sending more should hear it first.
    this.runtime.setHealthStatus(false);
    const end = Date.now() + this.drainMs;
    // HTTP requests call other services, so the runtime has to outlive them.
    await settledWithin(
      this.drainMs,
      [this.http, ...this.hosts].flatMap((part) => part?.drain() ?? []),
    );
    const errors: unknown[] = [];
    for (const host of this.hosts.toReversed()) errors.push(...(await host.stop()));
    await this.http?.close();
    try {
      await this.runtime.shutdown({ timeoutMs: Math.max(0, end - Date.now()) });
    } finally {
      // Last: until here calls end, and with them their spans.
      await this.telemetry?.close(Math.max(0, end - Date.now()));
    }
    if (errors.length > 0) throw new AggregateError(errors, "A shutdown hook failed.");
  }
}
