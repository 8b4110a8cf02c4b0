import { checkContract, documentOf, type EndpointContract, shortHash } from "../contract/endpoint-contract.ts";
import { CANCEL_REASON } from "../crossing/event.ts";
import { endpointMetrics } from "../metrics/endpoint-metrics.ts";
import type { RuntimeCore } from "../runtime-core.ts";
import { StatorError } from "../stator-error.ts";
import { unpackCall } from "../testing/test-call.ts";
import type { EndpointFacts } from "./endpoint-facts.ts";
import type { Handler } from "./handler.ts";
import { ServedCall } from "./served-call.ts";
import { ServedContext } from "./served-context.ts";

/** How an endpoint is served. */
export interface ServeOptions {
  /** Running calls may end before the endpoint does; otherwise they are cut off. Default true. */
  readonly gracefulShutdown?: boolean | undefined;
  /** Running a call twice does no harm: callers may try again when a worker was lost. Default false. */
  readonly idempotent?: boolean | undefined;
  /** Send the stacks of what handlers throw. Default: `NODE_ENV` is not `production`. */
  readonly development?: boolean | undefined;
  /**
   * The contract that the handler keeps, such as `BackendContract.endpoints.generate`. Its hash stands in discovery, and
   * callers with another one ask for its document. Default: none, and every caller is welcome.
   */
  readonly contract?: EndpointContract | undefined;
}

/** An endpoint that is being served, until it is stopped or its runtime shuts down. */
export class ServedEndpoint implements AsyncDisposable {
  /** Resolves when the endpoint is no longer served. */
  readonly closed: Promise<void>;
  readonly #core: RuntimeCore;
  readonly #number: number;
  readonly #close: () => void;
  #stopping: Promise<void> | null = null;

  private constructor(core: RuntimeCore) {
    this.#core = core;
    this.#number = core.bridge.number();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#close = resolve;
  }

  /** @internal Use `endpoint.serveEndpoint()`. */
  static async serve<Req, Res>(
    core: RuntimeCore,
    path: string,
    handler: Handler<Req, Res>,
    options: ServeOptions,
  ): Promise<ServedEndpoint> {
    if (typeof handler !== "function") {
      throw new StatorError("invalid_argument", `the handler of ${path} is a ${typeof handler}; pass a function`);
    }
    const { gracefulShutdown = true, idempotent = false } = options;
    const development = options.development ?? process.env["NODE_ENV"] !== "production";
    const given = checkContract(path, options.contract);
    const contract = given === null ? null : { hash: given.hash, document: await documentOf(path, given) };
    const served = new ServedEndpoint(core);
    served.#register(handler as Handler<never, unknown>, {
      path,
      clock: core.bridge.clock,
      identity: core.bridge.identity,
      development,
      contract: contract === null ? null : shortHash(contract.hash),
      log: core.log,
      metrics: () => endpointMetrics(core.metrics, path),
    });
    try {
      const endpoint = served.#number;
      await core.bridge.command({ type: "serve", endpoint, path, idempotent, gracefulShutdown, contract });
    } catch (error) {
      served.#forget();
      throw error;
    }
    return served;
  }

  /** The instance id of its runtime. */
  get instanceId(): bigint {
    return this.#core.bridge.identity.current;
  }

  /** Leaves discovery, takes no more calls, lets running ones end within `shutdownTimeoutMs`. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** As `stop()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #register(handler: Handler<never, unknown>, facts: EndpointFacts): void {
    const { bridge } = this.#core;
    bridge.keepAlive.add();
    bridge.receivers.endpoints.set(this.#number, {
      contract: facts.contract,
      open: (id, callId, metadata, timeoutMs, stream, callerContract) => {
        const { bed, clock } = bridge;
        const opened =
          bed === null
            ? { metadata, deadline: timeoutMs === null ? null : Date.now() + timeoutMs, caller: null }
            : unpackCall(bed, metadata, timeoutMs, bridge.identity.current);
        const context = new ServedContext(callId, opened, callerContract, facts);
        const call = new ServedCall(bridge, id, handler, context, facts.development, stream);
        if (!clock.isReal) context.watchDeadline(() => call.cancelled(CANCEL_REASON.deadline));
        return call;
      },
      gone: () => this.#forget(),
    });
  }

  async #stop(): Promise<void> {
    const { bridge } = this.#core;
    try {
      if (!bridge.isClosed) await bridge.command({ type: "stop-serving", endpoint: this.#number });
    } catch (error) {
      // A runtime that closes meanwhile has stopped the endpoint with it.
      if (!bridge.isClosed) throw error;
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    const { bridge } = this.#core;
    if (!bridge.receivers.endpoints.delete(this.#number)) return;
    bridge.keepAlive.remove();
    this.#close();
  }
}
