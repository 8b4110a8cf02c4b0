import { expect, setDefaultTimeout, test } from "bun:test";

import { type DistributedRuntime } from "@stator/runtime-native";
import { serve, type Serving } from "@stator/sdk";

import { type RoutingDecision, type RoutingRequestInput, type RoutingState } from "../generated/index.ts";
import { KvRouter } from "./kv-router.ts";
import { RoundRobinRouter } from "./round-robin-router.ts";
import { BLOCK, CachedEngine } from "./testing/cached-engine.ts";

// Several runtimes start in each test, and the machine may be busy.
setDefaultTimeout(60_000);

let clusters = 0;

/** Services with a runtime each, whose events travel over ZeroMQ. */
class Cluster implements AsyncDisposable {
  readonly #open: Serving[] = [];
  readonly #runtime = { discovery: "memory", memoryCluster: `router-${clusters++}`, eventPlane: "zmq" } as const;

  async serve(service: typeof KvRouter | typeof RoundRobinRouter | typeof CachedEngine): Promise<DistributedRuntime> {
    const configuration = { KvRouter: { blockSize: BLOCK }, RoundRobinRouter: { blockSize: BLOCK } };
    const serving = await serve(service, {
      runtime: this.#runtime,
      signals: false,
      configuration: service === CachedEngine ? {} : { [service.name]: configuration[service.name as "KvRouter"] },
    });
    this.#open.push(serving);
    return serving.runtime;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const serving of this.#open.toReversed()) await serving.stop();
  }
}

const tokens = (length: number, first = 0) => Array.from({ length }, (_, at) => first + at);

test("over ZeroMQ a router hears of what engines publish, and one that comes later asks for it", async () => {
  await using cluster = new Cluster();
  const { instanceId } = await cluster.serve(CachedEngine);
  const engine = CachedEngine.served.get(instanceId);
  if (engine === undefined) throw new Error("the engine is not served");
  const first = await cluster.serve(KvRouter);
  await using state = await first.endpoint("llm.router.state").client<object, RoutingState>();
  await state.waitForInstances();
  const blocks = async (router: bigint): Promise<number> => {
    const { workers } = await state.direct({ worker_id: null }, router).one();
    return workers[0]?.cached_blocks ?? -1;
  };
  // The first events are published before anybody has found the publisher: the numbers tell, and the engine is asked again.
  let sent = 0;
  do await engine.cache(tokens(BLOCK, 1000 * ++sent));
  while ((await blocks(first.instanceId)) < sent);
  const late = await cluster.serve(KvRouter);
  await state.waitForInstances({ min: 2 });
  while ((await blocks(late.instanceId)) < sent) await new Promise((resolve) => setImmediate(resolve));
  expect([await blocks(first.instanceId), await blocks(late.instanceId)]).toEqual([sent, sent]);
});

test("in turn: every engine gets its share, those that are excluded get none", async () => {
  await using cluster = new Cluster();
  for (let at = 0; at < 3; at++) await cluster.serve(CachedEngine);
  const router = await cluster.serve(RoundRobinRouter);
  await using client = await router.endpoint("llm.router.bestWorker").client<RoutingRequestInput, RoutingDecision>();
  await client.waitForInstances();
  const next = async (request: Partial<RoutingRequestInput>): Promise<bigint> => {
    const { best_worker_id } = await client.generate({ token_ids: tokens(8), ...request }).one();
    return best_worker_id;
  };
  const engines = new Set<bigint>();
  while (engines.size < 3) engines.add(await next({ request_id: "x" }));
  const ids = [...engines].toSorted((a, b) => (a < b ? -1 : 1));
  const turns: bigint[] = [];
  for (let at = 0; at < 6; at++) turns.push(await next({ request_id: `r${at}` }));
  expect(turns.slice(3)).toEqual(turns.slice(0, 3));
  expect(turns.slice(0, 3).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(ids);
  const [one = 0n, two = 0n, three = 0n] = ids;
  expect(await next({ excluded_worker_ids: [one, three] })).toBe(two);
});
