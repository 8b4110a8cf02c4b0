import type { Bridge } from "../crossing/bridge.ts";
import type { Handler } from "./handler.ts";
import { ServedCall } from "./served-call.ts";
import { ServedContext } from "./served-context.ts";

export interface ServeOptions {
  /** Running calls may end before the endpoint does; otherwise they are cut off. Default true. */
  readonly gracefulShutdown?: boolean | undefined;
  /** Running a call twice does no harm: callers may try again when a worker was lost. Default false. */
  readonly idempotent?: boolean | undefined;
  /** Send the stacks of what handlers throw. Default: `NODE_ENV` is not `production`. */
  readonly development?: boolean | undefined;
}

/** An endpoint that is being served, until it is stopped or its runtime shuts down. */
export class ServedEndpoint implements AsyncDisposable {
  readonly instanceId: bigint;
  /** Resolves when the endpoint is no longer served. */
  readonly closed: Promise<void>;
  readonly #bridge: Bridge;
  readonly #number: number;
  readonly #close: () => void;
  #stopping: Promise<void> | null = null;

  private constructor(bridge: Bridge, number: number, instanceId: bigint) {
    this.#bridge = bridge;
    this.#number = number;
    this.instanceId = instanceId;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#close = resolve;
  }

  /** @internal Use `endpoint.serveEndpoint()`. */
  static async serve<Req, Res>(
    bridge: Bridge,
    path: string,
    instanceId: bigint,
    handler: Handler<Req, Res>,
    options: ServeOptions,
  ): Promise<ServedEndpoint> {
    const { gracefulShutdown = true, idempotent = false } = options;
    const development = options.development ?? process.env["NODE_ENV"] !== "production";
    const endpoint = bridge.number();
    bridge.endpoints.set(endpoint, (number, callId, metadata, timeoutMs, stream) => {
      const context = new ServedContext(callId, metadata, timeoutMs, path, instanceId);
      return new ServedCall(bridge, number, handler as Handler<never, unknown>, context, development, stream);
    });
    try {
      await bridge.command({ type: "serve", endpoint, path, idempotent, gracefulShutdown });
    } catch (error) {
      bridge.endpoints.delete(endpoint);
      throw error;
    }
    bridge.keepAlive.add();
    return new ServedEndpoint(bridge, endpoint, instanceId);
  }

  /** Leaves discovery, takes no more calls, lets running ones end within `shutdownTimeoutMs`. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** @internal The runtime has shut down, and this with it. */
  gone(): void {
    this.#stopping ??= Promise.resolve();
    this.#forget();
  }

  async #stop(): Promise<void> {
    try {
      await this.#bridge.command({ type: "stop-serving", endpoint: this.#number });
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    if (!this.#bridge.endpoints.delete(this.#number)) return;
    this.#bridge.keepAlive.remove();
    this.#close();
  }
}
