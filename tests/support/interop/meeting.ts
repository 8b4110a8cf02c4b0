import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Client, DistributedRuntime, type RuntimeOptions } from "@stator/runtime-native";
import { Etcd } from "../../../scripts/lib/servers/etcd.ts";
import { Nats } from "../../../scripts/lib/servers/nats.ts";
import { loopback } from "../../../scripts/lib/upstream/loopback.ts";
import type { UpstreamWheel } from "../../../scripts/lib/upstream/upstream-wheel.ts";
import { type Request, run } from "../../e2e/fixtures/interop/handler.ts";
import { Command } from "../command.ts";

export type Codec = "msgpack" | "json";

const FIXTURES = "tests/e2e/fixtures/interop";

/** How long an etcd remembers a process that says nothing more. */
const LEASE_SECONDS = 2;

/** How programs find each other, and over what they call each other. */
export interface Place {
  readonly discovery: "file" | "etcd";
  readonly plane: "TCP" | "NATS";
}

/** Where programs of both languages meet, with the servers that it takes, and what starts them. */
export class Meeting implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "stator-interop-"));
  readonly #wheel: UpstreamWheel;
  readonly #codec: Codec;
  readonly etcd: Etcd | undefined;
  readonly nats: Nats | undefined;
  readonly #settings: Readonly<Record<string, string>>;

  private constructor(
    wheel: UpstreamWheel,
    codec: Codec,
    etcd: Etcd | undefined,
    nats: Nats | undefined,
    settings: Readonly<Record<string, string>>,
  ) {
    this.#wheel = wheel;
    this.#codec = codec;
    this.etcd = etcd;
    this.nats = nats;
    this.#settings = settings;
  }

  /** @param settings environment variables of all processes, besides those that follow from the rest. */
  static async start(
    wheel: UpstreamWheel,
    codec: Codec,
    place: Place = { discovery: "file", plane: "TCP" },
    settings: Readonly<Record<string, string>> = {},
  ) {
    await using stack = new AsyncDisposableStack();
    const etcd = place.discovery === "etcd" ? stack.use(await Etcd.start()) : undefined;
    const nats = place.plane === "NATS" ? stack.use(await Nats.start()) : undefined;
    stack.move();
    return new Meeting(wheel, codec, etcd, nats, settings);
  }

  python(script: string, ...argv: string[]): Command {
    const settings = { ...loopback(this.#wheel.version, this.folder), ...this.#wheel.environment };
    return new Command([join(FIXTURES, script), ...argv], { ...settings, ...this.environment }, this.#wheel.python);
  }

  /** A worker of TypeScript in a process of its own. */
  typescriptWorker(): Command {
    return new Command([join(FIXTURES, "worker.ts")], this.environment);
  }

  runtime(more: Partial<RuntimeOptions> = {}): Promise<DistributedRuntime> {
    const { etcd, nats, folder } = this;
    const discovery =
      etcd === undefined
        ? { discovery: "file" as const, filePath: folder }
        : { discovery: "etcd" as const, etcdEndpoints: etcd.endpoint, etcdLeaseTtlMs: LEASE_SECONDS * 1000 };
    const plane = nats === undefined ? {} : { requestPlane: "nats" as const, natsServer: nats.url };
    return DistributedRuntime.create({ ...discovery, ...plane, requestPlaneCodec: this.#codec, ...more });
  }

  /** The same for processes. */
  get environment(): Record<string, string> {
    const { etcd, nats, folder } = this;
    const discovery: Record<string, string> =
      etcd === undefined
        ? { DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: folder }
        : { DYN_DISCOVERY_BACKEND: "etcd", ETCD_ENDPOINTS: etcd.endpoint, ETCD_LEASE_TTL: String(LEASE_SECONDS) };
    const plane: Record<string, string> =
      nats === undefined ? { DYN_REQUEST_PLANE: "tcp" } : { DYN_REQUEST_PLANE: "nats", NATS_SERVER: nats.url };
    return { ...this.#settings, ...discovery, ...plane, DYN_REQUEST_PLANE_CODEC: this.#codec };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.etcd?.[Symbol.asyncDispose]();
    await this.nats?.[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const ENDPOINT = "interop.worker.run";

/** Serves the test's endpoint from a runtime; gives how endless calls ended, by their names. */
export async function serve(
  runtime: DistributedRuntime,
  endpoint = ENDPOINT,
): Promise<Map<string, PromiseWithResolvers<boolean>>> {
  const ends = new Map(["stop", "kill"].map((name) => [name, Promise.withResolvers<boolean>()]));
  await runtime
    .endpoint(endpoint)
    .serveEndpoint<Request, unknown>((request, context) =>
      run(request, context, (name, killed) => ends.get(name)?.resolve(killed)),
    );
  return ends;
}

/** A client of the test's endpoint that knows a worker. */
export async function clientOf(runtime: DistributedRuntime, endpoint = ENDPOINT): Promise<Client<Request, unknown>> {
  const client = await runtime.endpoint(endpoint).client<Request, unknown>();
  await client.waitForInstances({ timeoutMs: 20_000 });
  return client;
}

/** What `client.py` saw in a call. */
export async function seen<T>(client: Command, name: string): Promise<T> {
  const [, json = ""] = await client.line(new RegExp(`^${name} ([[{"\\d].*)$`));
  return JSON.parse(json) as T;
}
