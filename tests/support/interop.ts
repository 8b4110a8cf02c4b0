import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Client, DistributedRuntime, type RuntimeOptions } from "@stator/runtime-native";
import { loopback } from "../../scripts/lib/upstream/loopback.ts";
import type { UpstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { type Request, run } from "../e2e/fixtures/interop/handler.ts";
import { Command } from "./command.ts";

export type Codec = "msgpack" | "json";

const FIXTURES = "tests/e2e/fixtures/interop";

/** How long an etcd remembers a process that says nothing more. */
const LEASE_SECONDS = 2;

/** Where programs of both languages meet, a folder or an etcd, and what starts them. */
export class Meeting implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "stator-interop-"));
  readonly #wheel: UpstreamWheel;
  readonly #codec: Codec;
  readonly #etcd: string | undefined;
  readonly #more: Readonly<Record<string, string>>;

  /**
   * @param etcd its endpoint; without it they meet in a folder.
   * @param more settings of all processes.
   */
  constructor(wheel: UpstreamWheel, codec: Codec, etcd?: string, more: Readonly<Record<string, string>> = {}) {
    this.#wheel = wheel;
    this.#codec = codec;
    this.#etcd = etcd;
    this.#more = more;
  }

  python(script: string, ...argv: string[]): Command {
    const settings = { ...loopback(this.#wheel.version, this.folder), ...this.#wheel.environment };
    const environment = { ...settings, ...this.#discovery(), DYN_REQUEST_PLANE_CODEC: this.#codec };
    return new Command([join(FIXTURES, script), ...argv], environment, this.#wheel.python);
  }

  /** A worker of TypeScript in a process of its own. */
  typescriptWorker(): Command {
    const environment = { ...this.#discovery(), DYN_REQUEST_PLANE: "tcp", DYN_REQUEST_PLANE_CODEC: this.#codec };
    return new Command([join(FIXTURES, "worker.ts")], environment);
  }

  runtime(options: RuntimeOptions = {}): Promise<DistributedRuntime> {
    const place =
      this.#etcd === undefined
        ? { discovery: "file" as const, filePath: this.folder }
        : { discovery: "etcd" as const, etcdEndpoints: this.#etcd, etcdLeaseTtlMs: LEASE_SECONDS * 1000 };
    return DistributedRuntime.create({ ...place, requestPlaneCodec: this.#codec, ...options });
  }

  #discovery(): Record<string, string> {
    if (this.#etcd === undefined) {
      return { DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: this.folder, ...this.#more };
    }
    return {
      ...this.#more,
      DYN_DISCOVERY_BACKEND: "etcd",
      ETCD_ENDPOINTS: this.#etcd,
      ETCD_LEASE_TTL: String(LEASE_SECONDS),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Serves the test's endpoint from a runtime; gives how endless calls ended, by their names. */
export async function serve(runtime: DistributedRuntime): Promise<Map<string, PromiseWithResolvers<boolean>>> {
  const ends = new Map(["stop", "kill"].map((name) => [name, Promise.withResolvers<boolean>()]));
  await runtime
    .endpoint("interop.worker.run")
    .serveEndpoint<Request, unknown>((request, context) =>
      run(request, context, (name, killed) => ends.get(name)?.resolve(killed)),
    );
  return ends;
}

/** A client of the test's endpoint that knows a worker. */
export async function clientOf(runtime: DistributedRuntime): Promise<Client<Request, unknown>> {
  const client = await runtime.endpoint("interop.worker.run").client<Request, unknown>();
  await client.waitForInstances({ timeoutMs: 20_000 });
  return client;
}

/** What `client.py` saw in a call. */
export async function seen<T>(client: Command, name: string): Promise<T> {
  const [, json = ""] = await client.line(new RegExp(`^${name} ([[{"\\d].*)$`));
  return JSON.parse(json) as T;
}
