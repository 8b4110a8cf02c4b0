import { expect } from "bun:test";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { Nats } from "../../scripts/lib/servers/nats.ts";
import type { Kind, Seen } from "../full/fixtures/hosts-caller.ts";
import { type Command, until } from "./command.ts";
import { type Host, Hosts } from "./hosts.ts";

/** How long etcd remembers a host that is cut off. */
const LEASE_SECONDS = 3;

/** How long a test waits for what must happen: whoever hears nothing of a peer gives it up after half a minute. */
const LIMIT_MS = 90_000;

type Call = Extract<Seen, { type: "call" }>;

export interface HostClusterOptions {
  readonly leaseSeconds?: number;
  /** The caller runs on the host of the first worker, and not on that of etcd. */
  readonly callerBeside?: boolean;
}

/** A worker that runs on a host. */
export interface HostWorker {
  readonly name: string;
  readonly host: Host;
  readonly command: Command;
}

/** Three hosts: etcd, NATS and a caller on the first, a worker on each of the others; calls run all the time. */
export class HostCluster implements AsyncDisposable {
  #read = 0;
  readonly #seen: Seen[] = [];

  private constructor(
    readonly hosts: Hosts,
    readonly hub: Host,
    readonly workers: readonly [HostWorker, HostWorker],
    readonly caller: Command,
    private readonly etcd: Etcd,
    private readonly stack: AsyncDisposableStack,
  ) {}

  static async start(plane: "tcp" | "dynamo", options: HostClusterOptions = {}): Promise<HostCluster> {
    const { leaseSeconds = LEASE_SECONDS, callerBeside = false } = options;
    const stack = new AsyncDisposableStack();
    try {
      const hosts = stack.use(await Hosts.start(3));
      const [hub, left, right] = hosts.all as [Host, Host, Host];
      const etcd = stack.use(await Etcd.start({ place: hub }));
      const nats = stack.use(await Nats.start({ place: hub }));
      const environment = (host: Host): Record<string, string> => ({
        ETCD_ENDPOINTS: etcd.endpoint,
        ETCD_LEASE_TTL: String(leaseSeconds),
        DYN_REQUEST_PLANE: plane,
        DYN_TCP_RPC_HOST: host.address,
        DYN_TCP_RESPONSE_STREAM_HOST: host.address,
        DYN_EVENT_PLANE: "nats",
        NATS_SERVER: nats.url,
      });
      const worker = (name: string, host: Host): HostWorker => ({
        name,
        host,
        command: host.command(["tests/full/fixtures/hosts-worker.ts", name], environment(host)),
      });
      const workers = [worker("left", left), worker("right", right)] as const;
      const home = callerBeside ? left : hub;
      const caller = home.command(["tests/full/fixtures/hosts-caller.ts"], environment(home));
      const cluster = new HostCluster(hosts, hub, workers, caller, etcd, stack);
      await cluster.until(
        () => workers.every(({ name }) => cluster.answers(name, "once", 0) > 10),
        "calls are answered",
      );
      return cluster;
    } catch (error) {
      await stack.disposeAsync();
      throw error;
    }
  }

  /** What the caller has seen until now. */
  get seen(): readonly Seen[] {
    for (; this.#read < this.caller.printed.length; this.#read++) {
      const line = this.caller.printed[this.#read] ?? "";
      if (line.startsWith("{")) this.#seen.push(JSON.parse(line) as Seen);
    }
    return this.#seen;
  }

  /** The calls that have ended. */
  get calls(): Call[] {
    return this.seen.filter((seen) => seen.type === "call");
  }

  /** The ids that the caller knows. */
  get view(): readonly string[] {
    const views = this.seen.filter((seen) => seen.type === "view");
    return views.at(-1)?.ids ?? [];
  }

  /** How many calls of that kind, begun since then, a host has answered. */
  answers(host: string, kind: Kind, since: number): number {
    return this.calls.filter((call) => call.kind === kind && call.host === host && call.from >= since).length;
  }

  /** The id under which a worker is registered now, as it says itself. */
  idOf(worker: HostWorker): string {
    const said = worker.command.printed.findLast((line) => /^(ready|id) \d+$/.test(line));
    return said?.split(" ")[1] ?? "";
  }

  /** Whether an event of that host has come since then. */
  hears(host: string, since: number): boolean {
    return this.seen.some((seen) => seen.type === "beat" && seen.host === host && seen.at > since);
  }

  /** No call that may not run twice has begun twice, and each that was answered has begun; no event came twice. */
  expectNothingTwice(): void {
    const taken = new Map<string, string[]>();
    for (const { name, command } of this.workers) {
      for (const line of command.printed) {
        if (line.startsWith("took ")) taken.set(line.slice(5), [...(taken.get(line.slice(5)) ?? []), name]);
      }
    }
    expect([...taken].filter(([call, hosts]) => !call.startsWith("again-") && hosts.length > 1)).toEqual([]);
    expect(this.calls.filter(({ call, host }) => host !== null && !taken.get(call)?.includes(host))).toEqual([]);
    const beats = this.seen.filter((seen) => seen.type === "beat").map(({ host, n }) => `${host} ${n}`);
    expect(new Set(beats).size).toBe(beats.length);
  }

  /** Etcd and the caller know each worker once, under the id that it has. */
  async expectNothingStale(): Promise<void> {
    const ids = this.workers.map((worker) => BigInt(this.idOf(worker)));
    expect(this.view.toSorted()).toEqual(ids.map(String).toSorted());
    const keys = ids.flatMap((id) =>
      ["again", "once"].map((name) => `v1/instances/hosts/worker/${name}/${id.toString(16)}`),
    );
    expect((await this.keys("v1/instances/")).toSorted()).toEqual(keys.toSorted());
    expect(await this.keys("v1/event_channels/")).toHaveLength(2);
  }

  until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    return until(condition, what, LIMIT_MS);
  }

  /** The keys of etcd below a bucket, read by a program on its host. */
  async keys(bucket: string): Promise<string[]> {
    const reader = this.hub.command(["tests/full/fixtures/etcd-keys.ts", this.etcd.endpoint, bucket]);
    await reader.exited;
    return reader.printed;
  }

  /** Ends the calls; resolves when the last one is over. */
  async rest(): Promise<void> {
    this.caller.signal("SIGTERM");
    await this.caller.line(/^over$/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.disposeAsync();
  }
}
