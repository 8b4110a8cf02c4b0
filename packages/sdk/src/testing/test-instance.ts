import type { DistributedRuntime } from "@stator/runtime-native";

import type { Serving } from "../serving/serving.ts";

/** What an instance needs of its cluster. */
export interface InstanceHost {
  settled(): Promise<void>;
  /** Breaks what connects it with all others, for ever. */
  isolate(instance: TestInstance<unknown>): Promise<void>;
  /** Resolves when everybody sees the instances that there are. */
  noticed(): Promise<void>;
  readonly changed: () => void;
}

/** One instance of a service in a cluster under test: what is a process of its own elsewhere. */
export class TestInstance<S = object> {
  /** @internal Where others reach it; null before it is known, and where nobody does. */
  address: string | null = null;
  private state: "running" | "killed" | "stopped" = "running";

  /** @internal Use `cluster.instance`. */
  constructor(
    /** Such as `Worker#1`. */
    readonly name: string,
    /** The object of its class. */
    readonly service: S,
    /** @internal */
    readonly serving: Serving,
    private readonly host: InstanceHost,
  ) {}

  /** The id under which it is registered now. */
  get instanceId(): bigint {
    return this.runtime.instanceId;
  }

  /** Whether it has neither been killed nor stopped. */
  get isAlive(): boolean {
    return this.state === "running";
  }

  /** @internal */
  get runtime(): DistributedRuntime {
    return this.serving.runtime;
  }

  /**
   * Ends it as SIGKILL ends a process: its calls break where they are, discovery forgets it, no hook runs. Because this process
   * lives, the methods that run go on; their signals fire. Resolves when everybody has noticed.
   */
  async kill(): Promise<void> {
    if (!this.isAlive) return;
    this.state = "killed";
    const isolated = this.host.isolate(this);
    const forgotten = this.runtime.faults.setHeld(false);
    await Promise.all([isolated, forgotten]);
    await this.serving.kill();
    await this.host.noticed();
  }

  /** Ends it in order: it leaves discovery, its calls may end, its hooks run. */
  async stop(): Promise<void> {
    await this.end();
    await this.host.noticed();
  }

  /** @internal The same, where nobody is left to notice. */
  async end(): Promise<void> {
    if (this.state === "killed") return;
    this.state = "stopped";
    await this.serving.stop();
  }

  /**
   * Lets discovery forget it, as etcd forgets a process that was suspended for longer than its lease: new calls do not reach
   * it, those that run go on. Resolves when everybody has noticed.
   */
  async loseLease(): Promise<void> {
    await this.runtime.faults.setHeld(false);
    await this.host.noticed();
  }

  /** Registers it again, under another id. Without effect on one that is registered. */
  async renewLease(): Promise<void> {
    await this.runtime.faults.setHeld(true);
    await this.host.noticed();
  }

  /** Answers a request for one of its `@api` methods, without a port: `instance.fetch("/generate", { method: "POST" })`. */
  fetch(request: string | Request, init?: RequestInit): Promise<Response> {
    const asked = typeof request === "string" ? new Request(new URL(request, "http://test").href, init) : request;
    return this.serving.fetch(asked);
  }

  /** Its name, such as `Worker#2`. */
  toString(): string {
    return `${this.name} (${this.state})`;
  }
}
