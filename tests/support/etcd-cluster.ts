import { type Client, DistributedRuntime } from "@stator/runtime-native";
import { Etcd3 } from "etcd3";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import type { Work } from "../e2e/fixtures/etcd-worker.ts";
import { Command, until } from "./command.ts";

export const WORKER = "etcd.worker.run";

/** The bucket of instance records, as the original names it. */
export const BUCKET = "v1/instances/";

/** A real etcd, a worker in a process of its own, a client in this one, and the eye of somebody else's etcd client. */
export class EtcdCluster implements AsyncDisposable {
  private constructor(
    readonly etcd: Etcd,
    readonly eye: Etcd3,
    readonly runtime: DistributedRuntime,
    readonly client: Client<Work, string>,
    readonly worker: Command,
    readonly environment: Record<string, string>,
    /** The id that the worker began with. */
    readonly first: bigint,
  ) {}

  static async start(leaseTtlSeconds = 2): Promise<EtcdCluster> {
    const etcd = await Etcd.start();
    const environment = { ETCD_ENDPOINTS: etcd.endpoint, ETCD_LEASE_TTL: String(leaseTtlSeconds) };
    const worker = new Command(["tests/e2e/fixtures/etcd-worker.ts"], environment);
    const [, id = ""] = await worker.line(/^ready (\d+)$/);
    const runtime = await DistributedRuntime.create({
      discovery: "etcd",
      etcdEndpoints: etcd.endpoint,
      etcdLeaseTtlMs: leaseTtlSeconds * 1000,
      systemPort: 0,
    });
    const client = await runtime.endpoint(WORKER).client<Work, string>();
    await client.waitForInstances();
    const eye = new Etcd3({ hosts: etcd.endpoint });
    return new EtcdCluster(etcd, eye, runtime, client, worker, environment, BigInt(id));
  }

  /** The newest id that the worker has told. */
  get workerId(): bigint {
    const last = this.worker.output.findLast((line) => /^(ready|id) \d+$/.test(line));
    return BigInt(last?.split(" ")[1] ?? 0);
  }

  /** Waits until the client knows the worker under another id than `old`, and nobody else; gives the new one. */
  async healed(old: bigint): Promise<bigint> {
    await until(() => {
      const ids = this.client.instanceIds();
      return ids.length === 1 && ids[0] !== old && ids[0] === this.workerId;
    }, `the worker is there under another id than ${old}:\n${this.worker.text}`);
    return this.workerId;
  }

  /** What `/health` says of discovery. */
  async health(): Promise<unknown> {
    const response = await fetch(`http://${this.runtime.systemAddress}/health`);
    return ((await response.json()) as { discovery?: unknown }).discovery;
  }

  /** One call to whoever is there; gives the id under which it was taken. */
  async call(): Promise<bigint> {
    return BigInt(await this.client.generate({ count: 1, gapMs: 0 }).one());
  }

  /** A stream that is under way: its first item is here. `items` resolves with the number of all items at its end. */
  async stream(count: number, gapMs: number): Promise<{ readonly items: Promise<number> }> {
    const stream = this.client.generate({ count, gapMs })[Symbol.asyncIterator]();
    await stream.next();
    const rest = async (): Promise<number> => {
      let items = 1;
      while (!(await stream.next()).done) items++;
      return items;
    };
    return { items: rest() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.worker.signal("SIGCONT");
    await this.worker[Symbol.asyncDispose]();
    await this.runtime.shutdown();
    this.eye.close();
    await this.etcd[Symbol.asyncDispose]();
  }
}

/** Runs what is to be timed and prints how long it took: figures for people, never a condition. */
export async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await run();
  // eslint-disable-next-line no-console -- figures are for people
  console.log(`etcd: ${what}: ${((performance.now() - from) / 1000).toFixed(2)} s`);
  return result;
}
