import { checkContract, type EndpointContract } from "../contract/endpoint-contract.ts";
import type { Bridge } from "../crossing/bridge.ts";
import { OPERATION_FLAG, ROUTE } from "../crossing/operation.ts";
import type { JsonValue } from "../json-value.ts";
import { milliseconds } from "../milliseconds.ts";
import { StatorError } from "../stator-error.ts";
import type { CallOptions } from "./call-options.ts";
import { checkSignal } from "./check-call-options.ts";
import type { Instance, ListedInstance } from "./instance.ts";
import type { ResponseStream } from "./response-stream.ts";
import { type CallOrigin, startCall } from "./start-call.ts";

/**
 * Which instance takes a call: in turn, any, the one with the fewest open calls of this process, or the one with fewer of them
 * out of two that are chosen at random (power of two choices).
 */
export type RouterMode = "round-robin" | "random" | "least-loaded" | "p2c";

/** How a client calls. */
export interface ClientOptions {
  /** What `generate` uses. Default `round-robin`. */
  readonly router?: RouterMode | undefined;
  /** Calls may run twice, whatever the endpoint declares. Default false. */
  readonly idempotent?: boolean | undefined;
  /**
   * How long a call waits for a first instance when there is none that it can use. Default 0: it fails with
   * `no_instances`, or `version_mismatch` if there are only incompatible ones.
   */
  readonly waitMs?: number | undefined;
  /**
   * The contract that the caller was built with, such as `BackendContract.endpoints.generate`. Instances with another
   * one are compared with it, once, and get no calls if something breaks. Default: none, and every instance is used.
   */
  readonly contract?: EndpointContract | undefined;
  /** Items arrive as `Annotated`, with what the original's workers say beside the data. Default false: data alone. */
  readonly annotated?: boolean | undefined;
}

/** What to wait for, and for how long. */
export interface WaitOptions {
  /** How many instances to wait for. Default 1. */
  readonly min?: number | undefined;
  /** Rejects with `no_instances` after this time. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait; it rejects with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** The largest number that the crossing takes. */
const MOST = 0xffff_ffff;

const ROUTES: Readonly<Record<RouterMode, number>> = {
  "round-robin": ROUTE.roundRobin,
  random: ROUTE.random,
  "least-loaded": ROUTE.leastLoaded,
  p2c: ROUTE.twoChoices,
};

/** Calls one endpoint, wherever it is served. Calls start when they are made. */
export class Client<Req = JsonValue, Res = JsonValue> implements AsyncDisposable {
  /** `namespace.component.endpoint` */
  readonly path: string;
  readonly #bridge: Bridge;
  readonly #number: number;
  readonly #origin: CallOrigin;
  readonly #route: number;
  /** What every call's record says besides its route. */
  readonly #flags: number;
  #instances: readonly Instance[] = [];
  /** The list that came last, as JSON; null when `#instances` has it. */
  #unread: string | null = null;
  readonly #listeners = new Set<() => void>();

  private constructor(bridge: Bridge, path: string, route: number, annotated: boolean) {
    this.#bridge = bridge;
    this.#number = bridge.number();
    this.#route = route;
    this.#flags = annotated ? OPERATION_FLAG.annotated : 0;
    this.path = path;
    this.#origin = { bridge, client: this.#number, path };
    bridge.receivers.instances.set(this.#number, (list) => {
      // Read when somebody asks: a list of a thousand that changes often would take the event loop's time.
      this.#unread = list;
      for (const listener of this.#listeners) listener();
    });
  }

  /** @internal Use `endpoint.client()`. */
  static async connect<Req, Res>(bridge: Bridge, path: string, options: ClientOptions): Promise<Client<Req, Res>> {
    const { router = "round-robin", idempotent = false } = options;
    if (!Object.hasOwn(ROUTES, router)) {
      const known = Object.keys(ROUTES).join(", ");
      throw new StatorError("invalid_argument", `router is ${JSON.stringify(router)}; use one of ${known}`);
    }
    const waitMs = milliseconds("waitMs", options.waitMs ?? 0, 0) ?? MOST;
    const contract = checkContract(path, options.contract);
    const client = new Client<Req, Res>(bridge, path, ROUTES[router], options.annotated === true);
    if (contract !== null) bridge.receivers.contracts.set(client.#number, contract);
    try {
      const hash = contract?.hash ?? null;
      await bridge.command({ type: "client", client: client.#number, path, idempotent, waitMs, contract: hash });
    } catch (error) {
      client.#forget();
      throw error;
    }
    return client;
  }

  /** Ids of the instances that are registered now, ascending, those with an incompatible contract among them. */
  instanceIds(): bigint[] {
    return this.instances().map((instance) => instance.instanceId);
  }

  /** What is known of these instances. */
  instances(): readonly Instance[] {
    if (this.#unread !== null) {
      const listed = JSON.parse(this.#unread) as ListedInstance[];
      this.#instances = listed.map((instance) => ({ ...instance, instanceId: BigInt(instance.instanceId) }));
      this.#unread = null;
    }
    return this.#instances;
  }

  /**
   * Calls `listener` after each change of what `instances()` gives, not for those that are there already. Dispose of the result to
   * stop listening. What the listener throws is reported.
   */
  onInstances(listener: () => void): Disposable {
    // A function of its own, so that one that is added twice is removed once.
    const own = (): void => {
      try {
        listener();
      } catch (error) {
        reportError(error);
      }
    };
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /**
   * Resolves with the ids as soon as enough instances are registered. Those with an incompatible contract do not count.
   *
   * @throws StatorError `no_instances` when `timeoutMs` is over: with the path, the back end, near names and the time
   * waited; `version_mismatch` if there are incompatible ones, with what breaks; `cancelled` when the signal is aborted; `shutting_down` when the client or the runtime is closed.
   */
  async waitForInstances(options: WaitOptions = {}): Promise<bigint[]> {
    const { min = 1, signal } = options;
    if (!Number.isInteger(min) || min < 0 || min > MOST) {
      throw new StatorError("invalid_argument", `min is ${String(min)}; give a number of instances`);
    }
    checkSignal(signal);
    const limit = milliseconds("timeoutMs", options.timeoutMs, 0);
    const until = limit === null ? null : Date.now() + limit;
    for (;;) {
      const timeoutMs = until === null ? null : Math.max(0, until - Date.now());
      await this.#bridge.command({ type: "wait-for-instances", client: this.#number, min, timeoutMs }, signal);
      // The list came with the answer, but one of those may have left meanwhile.
      const usable = this.instances().filter(({ compatibility }) => compatibility !== "incompatible");
      if (usable.length >= min) return usable.map(({ instanceId }) => instanceId);
    }
  }

  /** Calls the instance that the client's router chooses. */
  generate(request: Req | AsyncIterable<Req>, options?: CallOptions): ResponseStream<Res> {
    return startCall(this.#origin, this.#route | this.#flags, 0n, request, options);
  }

  /** Calls the instances in turn. */
  roundRobin(request: Req | AsyncIterable<Req>, options?: CallOptions): ResponseStream<Res> {
    return startCall(this.#origin, ROUTE.roundRobin | this.#flags, 0n, request, options);
  }

  /** Calls any instance. */
  random(request: Req | AsyncIterable<Req>, options?: CallOptions): ResponseStream<Res> {
    return startCall(this.#origin, ROUTE.random | this.#flags, 0n, request, options);
  }

  /** Calls the instance with the fewest open calls of this process. */
  leastLoaded(request: Req | AsyncIterable<Req>, options?: CallOptions): ResponseStream<Res> {
    return startCall(this.#origin, ROUTE.leastLoaded | this.#flags, 0n, request, options);
  }

  /** Calls that instance and no other. */
  direct(request: Req | AsyncIterable<Req>, instanceId: bigint, options?: CallOptions): ResponseStream<Res> {
    if (typeof instanceId !== "bigint" || instanceId <= 0n || instanceId >= 1n << 64n) {
      throw new StatorError("invalid_argument", `instanceId is ${String(instanceId)}; pass a bigint of instanceIds()`);
    }
    return startCall(this.#origin, ROUTE.direct | this.#flags, instanceId, request, options);
  }

  /**
   * Prefers others to this instance for so many milliseconds; it still gets calls when no other is left. 0 forgives it.
   *
   * @throws StatorError `invalid_argument` for what is no time.
   */
  avoid(instanceId: bigint, timeMs: number): void {
    const time_ms = milliseconds("timeMs", timeMs, 0) ?? MOST;
    const avoid = { type: "avoid", client: this.#number, instanceId: String(instanceId), timeMs: time_ms } as const;
    // It fails only when the runtime has shut down, and then nobody is called.
    this.#bridge.command(avoid).catch(() => {});
  }

  /** Stops following the instances. Open calls go on, later ones fail. Harmless when it is closed already. */
  async close(): Promise<void> {
    this.#forget();
    if (this.#bridge.isClosed) return;
    await this.#bridge.command({ type: "close-client", client: this.#number });
  }

  /** As `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #forget(): void {
    this.#bridge.receivers.instances.delete(this.#number);
    this.#bridge.receivers.contracts.delete(this.#number);
  }
}
