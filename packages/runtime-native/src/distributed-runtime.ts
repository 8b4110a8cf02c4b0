import type { ApplicationAnswers } from "./application/application-answers.ts";
import { watchUnread } from "./calling/unread-watch.ts";
import type { Clock } from "./clock.ts";
import { Bridge } from "./crossing/bridge.ts";
import { Endpoint } from "./endpoint.ts";
import { Publishers } from "./events/publishers.ts";
import type { StandardSchemaV1 } from "./generated/support/standard-schema.ts";
import type { Started } from "./generated/types/started.ts";
import { Kv } from "./kv/kv.ts";
import { KvPort } from "./kv/kv-port.ts";
import { logSettings } from "./log-settings.ts";
import { MetricsRegistry } from "./metrics/metrics-registry.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { milliseconds } from "./milliseconds.ts";
import { Models } from "./models/models.ts";
import { Namespace } from "./namespace.ts";
import { Queue } from "./queue/queue.ts";
import type { QueueOptions } from "./queue/queue-options.ts";
import { QueuePort } from "./queue/queue-port.ts";
import type { RuntimeCore } from "./runtime-core.ts";
import type { RuntimeOptions } from "./runtime-options.ts";
import { StatorError } from "./stator-error.ts";
import { PlayedFaults } from "./testing/played-faults.ts";
import type { TestBed } from "./testing/test-bed.ts";

/** How to shut down. */
export interface ShutdownOptions {
  /** How long running calls have to end. Default: `shutdownTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

/** One process's membership in a cluster: what it serves, whom it calls. */
export class DistributedRuntime implements AsyncDisposable {
  /** Where the system server (health, metrics) listens, `IP:port`; null if it is off. */
  readonly systemAddress: string | null;
  /** The store of keys and values that the processes of a cluster share, with locks and elections. */
  readonly kv: Kv;
  /** The models that the processes of a cluster serve; `endpoint.registerModel()` adds one. */
  readonly models: Models;
  /** @internal What tests do to it. */
  readonly faults: PlayedFaults;
  readonly #core: RuntimeCore;
  readonly #queues: QueuePort;
  readonly #stopUnreadWatch: () => void;
  #shutdown: Promise<void> | null = null;

  private constructor(bridge: Bridge, started: Started, options: RuntimeOptions) {
    this.systemAddress = started.systemAddress;
    bridge.identity.begin(BigInt(started.instanceId));
    this.faults = new PlayedFaults(bridge);
    this.kv = new Kv(new KvPort(bridge));
    this.models = new Models(bridge);
    this.#queues = new QueuePort(bridge);
    const log = logSettings(options);
    const metrics = new MetricsRegistry(log);
    this.#core = { bridge, log, publishers: new Publishers(bridge), metrics };
    const heap = metrics.scope({}, true).gauge("stator_javascript_heap_bytes", { help: "JavaScript's heap, in use." });
    bridge.receivers.metrics = () => {
      heap.set(process.memoryUsage().heapUsed);
      return metrics.render(bridge.identity.current);
    };
    this.#stopUnreadWatch = watchUnread(bridge, started.unreadTimeoutMs);
  }

  /**
   * Joins a cluster. Each setting comes from the options, else from the environment, else from its default.
   *
   * @throws StatorError `invalid_argument` naming the setting, `discovery`, `unavailable`, `permission_denied`,
   * `addon_missing`.
   */
  static async create(options?: RuntimeOptions): Promise<DistributedRuntime>;
  /** @internal For test kits. */
  static async create(options: RuntimeOptions, bed: TestBed | null): Promise<DistributedRuntime>;
  static async create(options: RuntimeOptions = {}, bed: TestBed | null = null): Promise<DistributedRuntime> {
    const bridge = new Bridge(options, environment(), bed);
    try {
      return new DistributedRuntime(bridge, JSON.parse(await bridge.started) as Started, options);
    } catch (error) {
      bridge.close();
      throw error;
    }
  }

  /**
   * The id under which everything of this process is registered now. With etcd it changes when the lease was lost, as
   * after a suspension: see {@link onInstanceId}.
   */
  get instanceId(): bigint {
    return this.#core.bridge.identity.current;
  }

  /**
   * Calls `listener` with the new and the previous id after each change of `instanceId`: the process was registered again,
   * calls that it had taken go on. Dispose of the result to stop listening.
   */
  onInstanceId(listener: (instanceId: bigint, previous: bigint) => void): Disposable {
    return this.#core.bridge.identity.listen(listener);
  }

  /** A namespace, to reach its components and its events. Nothing is registered by asking for it. */
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

  /**
   * The durable queue of that name (1 to 64 bytes of UTF-8), shared by everybody who uses the same NATS. It is opened with
   * its first use, and made if there is none.
   *
   * @throws StatorError `invalid_argument` for options that are no numbers.
   */
  queue<Schema extends StandardSchemaV1>(
    name: string,
    options: QueueOptions & { readonly schema: Schema },
  ): Queue<StandardSchemaV1.InferOutput<Schema>, StandardSchemaV1.InferInput<Schema>>;
  queue<Job = unknown>(name: string, options?: QueueOptions): Queue<Job>;
  queue(name: string, options: QueueOptions = {}): Queue {
    return new Queue(this.#queues, this.#core.log, name, options);
  }

  /** @internal By what time is measured: the real one, outside of tests. */
  get clock(): Clock {
    return this.#core.bridge.clock;
  }

  /** Metrics of this process, for `/metrics` of the system server. Those of an endpoint have its labels: `endpoint.metrics`. */
  get metrics(): Metrics {
    return this.#core.metrics.scope({});
  }

  /**
   * What `/metrics` of the system server says, as Prometheus reads it. Without a system server: what this process counts in
   * JavaScript, without the numbers of the core.
   */
  async metricsText(): Promise<string> {
    const { bridge } = this.#core;
    if (this.systemAddress !== null) {
      const address = this.systemAddress.replace(/^0\.0\.0\.0:/, "127.0.0.1:").replace(/^\[::\]:/, "[::1]:");
      const response = await fetch(`http://${address}/metrics`).catch(() => null);
      if (response?.ok === true) return response.text();
    }
    return bridge.receivers.metrics();
  }

  /** @internal Metrics under names that are not for the application: for the SDK, which counts what the core cannot see. */
  ownMetrics(labels: Readonly<Record<string, string>>): Metrics {
    return this.#core.metrics.scope(labels, true);
  }

  /** Says whether this process is healthy, for `/health` of the system server. Without effect after a shutdown. */
  setHealthStatus(ready: boolean): void {
    // It fails only when the runtime has shut down, and then nobody asks for its health.
    this.#core.bridge.command({ type: "set-health", ready }).catch(() => {});
  }

  /**
   * Lets the application speak for itself in `/live`, `/health` and `/health/<service>` of the system server. From then on a process whose event loop does not answer within `patienceMs` is neither alive nor ready. Without effect where
   * the system server is off. The last application counts.
   */
  async answerProbes(application: ApplicationAnswers, options: { readonly patienceMs: number }): Promise<void> {
    const patienceMs = milliseconds("patienceMs", options.patienceMs, 1) ?? 1;
    const { bridge } = this.#core;
    bridge.receivers.application = application;
    await bridge.command({ type: "answer-questions", patienceMs });
  }

  /**
   * Withdraws from discovery, stops accepting, lets running calls end, closes. What is open then fails with
   * `shutting_down`. A second call waits for the first.
   *
   * @throws StatorError `invalid_argument` for a `timeoutMs` that is no time.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    const timeoutMs = milliseconds("timeoutMs", options.timeoutMs, 0);
    this.#shutdown ??= this.#shutDown(timeoutMs);
    await this.#shutdown;
  }

  /** As `shutdown()`, with the time of `shutdownTimeoutMs`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #shutDown(timeoutMs: number | null): Promise<void> {
    const { bridge } = this.#core;
    try {
      await bridge.command({ type: "shutdown", timeoutMs });
    } finally {
      this.#stopUnreadWatch();
      bridge.close();
    }
  }
}

/** What the core may read: its variables as this process sees them now. */
function environment(): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    // Two underscores are for services: their configuration, which may have secrets.
    if (!/^(DYN|ETCD|NATS|STATOR)_/.test(name) || /^STATOR_(?:.*__|SETTINGS$)/.test(name)) continue;
    if (value !== undefined) own[name] = value.toWellFormed();
  }
  return own;
}
