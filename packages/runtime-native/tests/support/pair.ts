import {
  type Client,
  type ClientOptions,
  DistributedRuntime,
  type Handler,
  type RuntimeOptions,
  type ServedEndpoint,
  type ServeOptions,
} from "../../src/index.ts";

/** The ways that calls take inside one process; every test of calls runs over both. */
export const PLANES = ["memory", "tcp"] as const;

export type Plane = (typeof PLANES)[number];

export interface PairOptions {
  readonly serve?: ServeOptions;
  readonly client?: ClientOptions;
  readonly worker?: RuntimeOptions;
  readonly caller?: RuntimeOptions;
}

let number = 0;

/** A path that no other test of this process uses. */
export function freshPath(): string {
  return `test${++number}.backend.generate`;
}

export function runtimeOn(plane: Plane, options: RuntimeOptions = {}): Promise<DistributedRuntime> {
  return DistributedRuntime.create({ discovery: "memory", requestPlane: plane, ...options });
}

/** A worker and a caller, each with a runtime of its own, over a real plane. */
export class Pair<Req, Res> implements AsyncDisposable {
  private constructor(
    readonly path: string,
    readonly worker: DistributedRuntime,
    readonly caller: DistributedRuntime,
    readonly served: ServedEndpoint,
    readonly client: Client<Req, Res>,
  ) {}

  static async of<Part, Res, Req = Part>(
    plane: Plane,
    handler: Handler<Req, Res>,
    options: PairOptions = {},
  ): Promise<Pair<Part, Res>> {
    const path = freshPath();
    const worker = await runtimeOn(plane, options.worker);
    const caller = await runtimeOn(plane, options.caller);
    const served = await worker.endpoint(path).serveEndpoint(handler, options.serve);
    const client = await caller.endpoint(path).client<Part, Res>(options.client);
    await client.waitForInstances();
    return new Pair(path, worker, caller, served, client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.caller.shutdown({ timeoutMs: 0 });
    await this.worker.shutdown({ timeoutMs: 0 });
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
