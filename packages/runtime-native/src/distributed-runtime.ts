import { watchUnread } from "./calling/unread-watch.ts";
import { Bridge } from "./crossing/bridge.ts";
import { Endpoint } from "./endpoint.ts";
import { Namespace } from "./namespace.ts";
import type { RuntimeCore } from "./runtime-core.ts";
import type { RuntimeOptions } from "./runtime-options.ts";
import { StatorError } from "./stator-error.ts";

interface Started {
  readonly instanceId: string;
  readonly systemAddress: string | null;
  readonly unreadTimeoutMs: number;
}

export interface ShutdownOptions {
  /** How long running calls have to end. Default: `shutdownTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

/** One process's membership in a cluster: what it serves, whom it calls. */
export class DistributedRuntime implements AsyncDisposable {
  /** The id under which everything of this process is registered. */
  readonly instanceId: bigint;
  /** Where the system server (health, metrics) listens, `IP:port`; null if it is off. */
  readonly systemAddress: string | null;
  readonly #core: RuntimeCore;
  readonly #stopUnreadWatch: () => void;
  #shutdown: Promise<void> | null = null;

  private constructor(bridge: Bridge, started: Started) {
    this.instanceId = BigInt(started.instanceId);
    this.systemAddress = started.systemAddress;
    this.#core = { bridge, instanceId: this.instanceId, served: new Set() };
    this.#stopUnreadWatch = watchUnread(bridge, started.unreadTimeoutMs);
  }

  /**
   * Joins a cluster. Each setting comes from the options, else from the environment, else from its default.
   *
   * @throws StatorError `invalid_argument` naming the setting, `discovery`, `permission_denied`, `addon_missing`.
   */
  static async create(options: RuntimeOptions = {}): Promise<DistributedRuntime> {
    const bridge = new Bridge(options, environment());
    try {
      return new DistributedRuntime(bridge, JSON.parse(await bridge.started) as Started);
    } catch (error) {
      bridge.close();
      throw error;
    }
  }

  namespace(name: string): Namespace {
    return new Namespace(this.#core, name);
  }

  /** `namespace.component.endpoint`, with or without `dyn://` before it. */
  endpoint(path: string): Endpoint {
    const [namespace, component, name, ...rest] = path.replace(/^dyn:\/\//, "").split(".");
    if (!namespace || !component || !name || rest.length > 0) {
      throw new StatorError(
        "invalid_argument",
        `${JSON.stringify(path)} is not an endpoint path; write namespace.component.endpoint, such as hello.backend.generate`,
      );
    }
    return new Endpoint(this.#core, namespace, component, name);
  }

  /** Says whether this process is healthy, for `/health` of the system server. */
  setHealthStatus(ready: boolean): void {
    void this.#core.bridge.command({ type: "set-health", ready });
  }

  /** Withdraws from discovery, stops accepting, lets running calls end, closes. A second call waits for the first. */
  shutdown(options: ShutdownOptions = {}): Promise<void> {
    this.#shutdown ??= this.#shutDown(options);
    return this.#shutdown;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #shutDown({ timeoutMs = undefined }: ShutdownOptions): Promise<void> {
    const { bridge, served } = this.#core;
    try {
      await bridge.command({ type: "shutdown", timeoutMs: timeoutMs ?? null });
    } finally {
      this.#stopUnreadWatch();
      for (const endpoint of served) endpoint.gone();
      bridge.close();
    }
  }
}

/** What the core may read: the environment as this process sees it now. */
function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
