import { expect, setDefaultTimeout, test } from "bun:test";

import { endpoint, graph, service } from "@stator/sdk";
import { type TestCluster, testCluster } from "@stator/sdk/testing";

import {
  RoutedProcessor,
  Router,
  RouterContract,
  type RoutingDecision,
  type RoutingProgress,
  type RoutingProgressAnswer,
  type RoutingRequest,
  type RoutingState,
  type RoutingStateRequest,
} from "@stator/llm";

import { chat, wholeChat } from "./support/ask.ts";
import { engineStep } from "../src/engine/engine-step.ts";
import { TinyEngine } from "./support/tiny-engine.ts";

// Where all cores are busy with something else, starting a cluster takes seconds.
setDefaultTimeout(60_000);

/** Sends everything to the first of the workers that it is given and that are not excluded, and writes down what it hears. */
@service({ contract: RouterContract })
class FirstRouter extends Router {
  workers: bigint[] = [];
  readonly asked: RoutingRequest[] = [];
  readonly heard: RoutingProgress[] = [];

  @endpoint()
  override async bestWorker(request: RoutingRequest): Promise<RoutingDecision> {
    this.asked.push(request);
    const best = this.workers.find((worker) => !request.excluded_worker_ids.includes(worker)) ?? 0n;
    return { best_worker_id: best, overlap_blocks: 2, total_blocks: 3, reason: "kv_overlap", candidates: [] };
  }

  @endpoint()
  override async progress(request: RoutingProgress): Promise<RoutingProgressAnswer> {
    this.heard.push(request);
    return { known: true };
  }

  @endpoint()
  override async state(_request: RoutingStateRequest): Promise<RoutingState> {
    return { block_size: 16, workers: [], sessions: 0, event_errors: 0 };
  }
}

async function started() {
  const cluster = await testCluster(graph(RoutedProcessor).link(FirstRouter).link(TinyEngine), {
    instances: { TinyEngine: 3 },
  });
  const router = cluster.instance(FirstRouter).service;
  router.workers = cluster.instances(TinyEngine).map(({ instanceId }) => instanceId);
  return { cluster, router };
}

function read(cluster: TestCluster, given: Parameters<typeof chat>[0]) {
  return Array.fromAsync(cluster.client(RoutedProcessor).chat(chat(given)));
}

function idsOf(requests: readonly { readonly request_id: string | null }[]): Set<string | null> {
  return new Set(requests.map((each) => each.request_id));
}

test("the router's choice is called, and it hears of the first token and of the end", async () => {
  const { cluster, router } = await started();
  await using _ = cluster;
  for (let time = 0; time < 3; time++) await read(cluster, { max_tokens: 3, user: "ada" });
  const [first, ...others] = cluster.instances(TinyEngine).map((each) => each.service.requests);
  expect(first).toHaveLength(3);
  expect(others).toEqual([[], []]);
  const [asked] = router.asked;
  expect(asked).toMatchObject({ session_id: "ada", expected_output_tokens: 3, token_ids: first?.[0]?.token_ids ?? [] });
  await cluster.until(() => router.heard.length === 6);
  const { request_id: id } = asked ?? {};
  expect(router.heard.filter((each) => each.request_id === id)).toHaveLength(2);
  expect(router.heard).toContainEqual({ request_id: id ?? "", prefill_completed: true, finished: false });
  expect(router.heard).toContainEqual({ request_id: id ?? "", prefill_completed: false, finished: true });
  expect(cluster.calls.to(TinyEngine)[0]?.metadata).toMatchObject({
    "x-routed-by": "kv_overlap",
    "x-routed-overlap": "2/3",
  });
});

test("answers to one request are requests of their own for the router", async () => {
  const { cluster, router } = await started();
  await using _ = cluster;
  await read(cluster, { n: 3, max_tokens: 2 });
  expect(new Set(router.asked.map((each) => each.request_id)).size).toBe(3);
});

test("an answer that goes on elsewhere asks the router again, without the engine that is gone", async () => {
  const { cluster, router } = await started();
  await using _ = cluster;
  cluster.on(TinyEngine, "generate").breakAfter(2, { times: 1 });
  const chunks = await read(cluster, { max_tokens: 10, seed: 1 });
  expect(chunks.at(-1)?.usage?.completion_tokens).toBe(10);
  const [first, second] = router.workers;
  expect(router.asked.map((each) => each.excluded_worker_ids)).toEqual([[], [first ?? 0n]]);
  expect(cluster.calls.to(TinyEngine).map(({ instance }) => instance)).toHaveLength(2);
  expect(cluster.instances(TinyEngine).find(({ instanceId }) => instanceId === second)?.service.requests).toHaveLength(
    1,
  );
  await cluster.until(() => router.heard.filter(({ finished }) => finished).length === 2);
});

test("the router hears of the end when the caller leaves and when the engine fails", async () => {
  const { cluster, router } = await started();
  await using _ = cluster;
  for await (const part of cluster.client(RoutedProcessor).chat(chat({ max_tokens: 4000 }))) {
    if (part.choices.length > 0) break;
  }
  await cluster.until(() => router.heard.some(({ finished }) => finished));
  for (const { service: engine } of cluster.instances(TinyEngine)) {
    engine.script = [engineStep({ finish_reason: { error: "broken" } })];
  }
  expect(read(cluster, {})).rejects.toMatchObject({ code: "internal" });
  await cluster.until(() => router.heard.filter(({ finished }) => finished).length === 2);
});

test("of several routers the one that has chosen hears of the end", async () => {
  await using cluster = await testCluster(graph(RoutedProcessor).link(FirstRouter).link(TinyEngine), {
    instances: { FirstRouter: 3 },
  });
  const routers = cluster.instances(FirstRouter).map(({ service: router }) => router);
  for (const router of routers) router.workers = [cluster.instance(TinyEngine).instanceId];
  await Promise.all(Array.from({ length: 20 }, () => read(cluster, { max_tokens: 2 })));
  const ended = (): number => routers.flatMap(({ heard }) => heard).filter(({ finished }) => finished).length;
  await cluster.until(() => ended() === 20);
  expect(routers.filter(({ asked }) => asked.length > 0).length).toBeGreaterThan(1);
  for (const { asked, heard } of routers) {
    expect(idsOf(heard)).toEqual(idsOf(asked));
  }
});

test("without a router the engines are used evenly", async () => {
  const { cluster } = await started();
  await using _ = cluster;
  await cluster.instance(FirstRouter).kill();
  for (const { service: engine } of cluster.instances(TinyEngine)) {
    engine.gate = { at: 20, open: Promise.withResolvers<void>().promise };
  }
  const leave = new AbortController();
  const calls = Array.from({ length: 6 }, async () => {
    for await (const part of cluster
      .client(RoutedProcessor)
      .chat(chat({ max_tokens: 100 }), { signal: leave.signal })) {
      void part;
    }
  });
  await cluster.until(() => cluster.instances(TinyEngine).every((each) => each.service.running === 2));
  leave.abort();
  expect((await Promise.allSettled(calls)).every(({ status }) => status === "rejected")).toBe(true);
});

test("an engine that a request names is asked without the router", async () => {
  const { cluster, router } = await started();
  await using _ = cluster;
  const id = router.workers[2] ?? 0n;
  const chunks = await read(cluster, { max_tokens: 2, nvext: { backend_instance_id: String(id) } });
  expect(wholeChat(chunks).finish).toBe("length");
  expect(router.asked).toEqual([]);
  const named = cluster.instances(TinyEngine).find(({ instanceId }) => instanceId === id);
  expect(named?.service.requests).toHaveLength(1);
});
