import { expect, setDefaultTimeout, test } from "bun:test";

import { testCluster, type TestCluster } from "@stator/sdk/testing";

import type { RoutingProgress, RoutingRequest } from "../generated/index.ts";
import { KvRouter } from "./kv-router.ts";
import { BLOCK, CachedEngine } from "./testing/cached-engine.ts";

// Several runtimes start in each test, and the machine may be busy.
setDefaultTimeout(60_000);
const PATIENT = { timeoutMs: 40_000 };

type Told = Record<string, unknown>;

/** A router and so many engines. */
function cluster(engines: number, told: Told = {}): Promise<TestCluster> {
  return testCluster([CachedEngine, KvRouter], {
    instances: { CachedEngine: engines },
    configuration: { KvRouter: { blockSize: BLOCK, ...told } },
    // The events of the memory plane are nobody's call.
    leaks: "ignore",
  });
}

const tokens = (length: number, first = 0) => Array.from({ length }, (_, at) => first + at);

/** A request with what it says, and nothing else. */
const ask = (given: Partial<RoutingRequest>): RoutingRequest => ({
  model: "",
  token_ids: [],
  request_id: null,
  session_id: null,
  expected_output_tokens: null,
  lora_name: null,
  cache_salt: null,
  excluded_worker_ids: [],
  ...given,
});

const read = (request_id: string): RoutingProgress => ({ request_id, prefill_completed: true, finished: false });
const over = (request_id: string): RoutingProgress => ({ request_id, prefill_completed: false, finished: true });

/** Resolves when the router has so many blocks of the engines, in their order. */
async function known(here: TestCluster, blocks: readonly number[]): Promise<void> {
  await here.until(async () => {
    const { workers } = await here.client(KvRouter).state({ worker_id: null });
    const now = here
      .instances(CachedEngine)
      .map(({ instanceId }) => workers.find(({ worker_id }) => worker_id === instanceId)?.cached_blocks);
    return now.join() === blocks.join();
  }, PATIENT);
}

function engine(here: TestCluster, number: number): { id: bigint; service: CachedEngine } {
  const { instanceId, service } = here.instance(CachedEngine, number);
  return { id: instanceId, service };
}

test("a prompt goes where the most of it is cached", async () => {
  await using here = await cluster(3);
  const router = here.client(KvRouter);
  const second = engine(here, 2);
  await second.service.cache(tokens(16));
  await engine(here, 3).service.cache(tokens(8));
  await known(here, [0, 4, 2]);
  const decision = await router.bestWorker(ask({ token_ids: tokens(18) }));
  expect(decision).toMatchObject({
    best_worker_id: second.id,
    overlap_blocks: 4,
    total_blocks: 4,
    reason: "kv_overlap",
  });
  expect(decision.candidates.map(({ overlap_blocks }) => overlap_blocks)).toEqual([4, 2, 0]);
  expect(decision.candidates.map(({ prefill_blocks }) => prefill_blocks)).toEqual([0.5, 2.5, 4.5]);
  // Other adapters and tenants share nothing.
  for (const apart of [{ lora_name: "a" }, { cache_salt: "b" }]) {
    const other = await router.bestWorker(ask({ token_ids: tokens(18), ...apart }));
    expect(other).toMatchObject({ overlap_blocks: 0, reason: "least_loaded" });
  }
});

test("what is cached counts against what there is to do, as the weight says", async () => {
  await using here = await cluster(2);
  const router = here.client(KvRouter);
  const [first, second] = [engine(here, 1), engine(here, 2)];
  await first.service.cache(tokens(16));
  await known(here, [4, 0]);
  // Four blocks in the cache are worth as much as a prompt of four blocks that waits elsewhere.
  await router.bestWorker(ask({ token_ids: tokens(16), request_id: "a", excluded_worker_ids: [second.id] }));
  expect((await router.bestWorker(ask({ token_ids: tokens(16) }))).best_worker_id).toBe(first.id);
  await router.bestWorker(ask({ token_ids: tokens(40, 500), request_id: "b", excluded_worker_ids: [second.id] }));
  expect((await router.bestWorker(ask({ token_ids: tokens(16) }))).best_worker_id).toBe(second.id);
  // The prompt was read: what is left of it is its blocks.
  expect(await router.progress(read("b"))).toEqual({ known: true });
  const { candidates } = await router.bestWorker(ask({ token_ids: tokens(16) }));
  expect(candidates.find(({ worker_id }) => worker_id === first.id)).toMatchObject({
    prefill_blocks: 0,
    decode_blocks: 14,
  });
  expect(await router.progress(over("b"))).toEqual({ known: true });
  expect(await router.progress(over("b"))).toEqual({ known: false });
  expect((await router.bestWorker(ask({ token_ids: tokens(16) }))).best_worker_id).toBe(first.id);
});

test("prompts that nobody has are spread by load, and a question without a name is not counted", async () => {
  await using here = await cluster(3);
  const router = here.client(KvRouter);
  const chosen: bigint[] = [];
  for (let at = 0; at < 6; at++) {
    const request = ask({ token_ids: tokens(8, at * 1000), request_id: `r${at}` });
    await router.bestWorker(ask({ token_ids: request.token_ids }));
    const { best_worker_id, reason } = await router.bestWorker(request);
    expect(reason).toBe("least_loaded");
    chosen.push(best_worker_id);
  }
  const counts = Map.groupBy(chosen, (id) => id);
  expect([...counts.values()].map(({ length }) => length)).toEqual([2, 2, 2]);
  const { workers } = await router.state({ worker_id: null });
  expect(workers.map(({ active_requests }) => active_requests)).toEqual([2, 2, 2]);
  expect(workers.map(({ active_prefill_tokens }) => active_prefill_tokens)).toEqual([16, 16, 16]);
});

test("a session stays with its engine while that is there and not overloaded", async () => {
  await using here = await cluster(2, { workerBlocks: 100 });
  const router = here.client(KvRouter);
  const session = { session_id: "s" };
  const first = await router.bestWorker(ask({ token_ids: tokens(8), request_id: "1", ...session }));
  const both = here.instances(CachedEngine).map(({ instanceId, service }) => ({ id: instanceId, service }));
  for (const { id, service } of both) if (id !== first.best_worker_id) await service.cache(tokens(400, 900));
  await here.until(
    async () => (await router.bestWorker(ask({ token_ids: tokens(400, 900) }))).overlap_blocks === 100,
    PATIENT,
  );
  const again = await router.bestWorker(ask({ token_ids: tokens(400, 900), request_id: "2", ...session }));
  expect(again).toMatchObject({ best_worker_id: first.best_worker_id, reason: "session_affinity" });
  expect((await router.state({ worker_id: null })).sessions).toBe(1);
  for (const { id, service } of both) if (id === first.best_worker_id) service.load.publish({ kv_used_blocks: 96 });
  await here.until(async () => {
    const { reason } = await router.bestWorker(ask({ token_ids: tokens(400, 900), ...session }));
    return reason === "kv_overlap";
  });
});

test("an engine that is full gets nothing, and when all are the call is refused", async () => {
  await using here = await cluster(2, { workerBlocks: 100 });
  const router = here.client(KvRouter);
  const [first, second] = [engine(here, 1), engine(here, 2)];
  await first.service.cache(tokens(16));
  await known(here, [4, 0]);
  first.service.load.publish({ kv_used_blocks: 95, active_decode_blocks: 95 });
  await here.until(
    async () => (await router.state({ worker_id: first.id })).workers[0]?.kv_used_blocks === 95,
    PATIENT,
  );
  const decision = await router.bestWorker(ask({ token_ids: tokens(16) }));
  expect(decision.best_worker_id).toBe(second.id);
  expect(decision.candidates.map(({ overloaded }) => overloaded)).toEqual([false, true]);
  second.service.load.publish({ kv_used_blocks: 100 });
  await here.until(
    async () => (await router.state({ worker_id: second.id })).workers[0]?.kv_used_blocks === 100,
    PATIENT,
  );
  expect(router.bestWorker(ask({ token_ids: tokens(16) }))).rejects.toMatchObject({ code: "overloaded" });
  first.service.load.publish({ kv_used_blocks: 10 });
  await here.until(
    async () => (await router.state({ worker_id: first.id })).workers[0]?.kv_used_blocks === 10,
    PATIENT,
  );
  expect((await router.bestWorker(ask({ token_ids: tokens(16) }))).best_worker_id).toBe(first.id);
});

test("a router that comes later learns what was cached before", async () => {
  await using here = await cluster(2);
  const first = engine(here, 1);
  await first.service.cache(tokens(16), tokens(12, 100));
  first.service.events.removed([]);
  await known(here, [7, 0]);
  const late = await here.add(KvRouter);
  const context = undefined as never;
  await here.until(async () => {
    const { workers } = await late.service.state({ worker_id: first.id }, context);
    return workers[0]?.cached_blocks === 7;
  });
  await first.service.cache(tokens(8, 300));
  await here.until(async () => {
    const { workers } = await late.service.state({ worker_id: first.id }, context);
    return workers[0]?.cached_blocks === 9;
  });
  expect((await late.service.state({ worker_id: null }, context)).event_errors).toBe(0);
});

test("events that were lost are noticed by their numbers, and the engine is asked again", async () => {
  await using here = await cluster(1);
  const { service, id } = engine(here, 1);
  await service.cache(tokens(8));
  await known(here, [2]);
  const asked = service.asked;
  service.loses = true;
  await service.cache(tokens(12, 100));
  service.loses = false;
  await service.cache(tokens(8, 200));
  await known(here, [7]);
  expect(service.asked).toBe(asked + 1);
  const { workers } = await here.client(KvRouter).state({ worker_id: id });
  expect(workers[0]?.cached_blocks).toBe(7);
});

test("an engine that dies is forgotten with its blocks, requests and sessions", async () => {
  await using here = await cluster(2);
  const router = here.client(KvRouter);
  const [first, second] = [engine(here, 1), engine(here, 2)];
  await first.service.cache(tokens(16));
  await known(here, [4, 0]);
  const request = ask({ token_ids: tokens(16), request_id: "a", session_id: "s" });
  expect((await router.bestWorker(request)).best_worker_id).toBe(first.id);
  await here.instance(CachedEngine, 1).kill();
  await here.until(async () => (await router.state({ worker_id: null })).workers.length === 1, PATIENT);
  expect(await router.progress(over("a"))).toEqual({ known: false });
  expect(await router.bestWorker(request)).toMatchObject({
    best_worker_id: second.id,
    reason: "least_loaded",
    overlap_blocks: 0,
  });
  await here.instance(CachedEngine, 2).kill();
  await here.until(async () => (await router.state({ worker_id: null })).workers.length === 0, PATIENT);
  expect(router.bestWorker(request)).rejects.toMatchObject({ code: "no_instances" });
});

test("without events the router guesses what it has sent where", async () => {
  await using here = await cluster(2, { useEvents: false });
  const router = here.client(KvRouter);
  const first = await router.bestWorker(ask({ token_ids: tokens(16), request_id: "a" }));
  expect(first).toMatchObject({ overlap_blocks: 0, reason: "least_loaded" });
  await router.progress(over("a"));
  const second = await router.bestWorker(ask({ token_ids: tokens(20), request_id: "b" }));
  expect(second).toMatchObject({ best_worker_id: first.best_worker_id, overlap_blocks: 4, reason: "kv_overlap" });
});

test("only engines that serve the model are chosen, and their cards say how many blocks they have", async () => {
  await using here = await cluster(3);
  const router = here.client(KvRouter);
  const [first, second] = [engine(here, 1), engine(here, 2)];
  await first.service.cache(tokens(16));
  await known(here, [4, 0, 0]);
  await second.service.serveModel("small", 50);
  await first.service.serveModel("large", 80);
  const ofModel = async (model: string): Promise<bigint[]> => {
    const { candidates } = await router.bestWorker(ask({ token_ids: tokens(16), model }));
    return candidates.map(({ worker_id }) => worker_id);
  };
  await here.until(async () => (await ofModel("small")).length === 1 && (await ofModel("large")).length === 1, PATIENT);
  expect([await ofModel("small"), await ofModel("large")]).toEqual([[second.id], [first.id]]);
  // Nobody says who serves this one.
  expect((await ofModel("other")).length).toBe(3);
  const { workers } = await router.state({ worker_id: null });
  const total = (id: bigint) => workers.find(({ worker_id }) => worker_id === id)?.kv_total_blocks;
  expect([total(first.id), total(second.id)]).toEqual([80, 50]);
});
