import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { graph, serve } from "@stator/sdk";
import { testCluster } from "@stator/sdk/testing";

import {
  type LLMEngineOutput,
  MockDecodeEngine,
  MockPrefillEngine,
  type PrefillCounts,
  PreprocessedRequest,
  type StopConditionsInput,
} from "../index.ts";

const disagg = graph(MockDecodeEngine).link(MockPrefillEngine);
/** Reads no prompt to its end. */
const NEVER = { speedup: 1, prefillMsPerToken: 1e6 };
let queues = 0;

/** A cluster with a queue of its own: those in memory are the whole process's. */
function start(decode: object = {}, prefill: object = {}, instances: Record<string, number> = {}) {
  queues += 1;
  const prefillQueue = `disagg test ${process.pid} ${queues}`;
  return testCluster(disagg, {
    configuration: {
      MockDecodeEngine: { speedup: 0, maxLocalPrefill: 32, prefillQueue, ...decode },
      MockPrefillEngine: { speedup: 0, prefillQueue, ...prefill },
    },
    instances,
  });
}

function request(length: number, stop: StopConditionsInput = {}): PreprocessedRequest {
  const token_ids = Array.from({ length }, (_, index) => (index * 7 + length) % 250);
  return PreprocessedRequest.parse({ token_ids, stop_conditions: { max_tokens: 20, ignore_eos: true, ...stop } });
}

/** The queue of the last cluster that was started. */
function queueOf(cluster: Awaited<ReturnType<typeof start>>) {
  return cluster.instance(MockDecodeEngine).runtime.queue(`disagg test ${process.pid} ${queues}`);
}

const tokensOf = (items: readonly LLMEngineOutput[]): number[] => items.flatMap(({ token_ids }) => token_ids);

describe("disaggregation", () => {
  test("long prompts are read elsewhere, and the answer is the same", async () => {
    await using cluster = await start();
    const { generate, prefills, state } = cluster.client(MockDecodeEngine);
    const remote = await Array.fromAsync(generate(request(200)));
    expect(await prefills(null)).toEqual({ local: 0, remote: 1, fallback: 0 });
    // Its blocks are here now, so only what is new counts.
    const again = await Array.fromAsync(generate(request(200)));
    const short = await Array.fromAsync(generate(request(20)));
    expect(await prefills(null)).toEqual({ local: 2, remote: 1, fallback: 0 });
    expect(remote.at(-1)?.completion_usage).toMatchObject({ prompt_tokens: 200, completion_tokens: 20 });
    expect(again.at(-1)?.completion_usage?.prompt_tokens_details).toMatchObject({ cached_tokens: 192 });
    expect(await cluster.client(MockPrefillEngine).state(null)).toMatchObject({ requests: 1, usedBlocks: 0 });
    expect(await state(null)).toMatchObject({ requests: 3, usedBlocks: 0 });

    await using alone = await start({ maxLocalPrefill: 10_000 });
    const local = alone.client(MockDecodeEngine);
    expect(tokensOf(await Array.fromAsync(local.generate(request(200))))).toEqual(tokensOf(remote));
    expect(tokensOf(again)).toEqual(tokensOf(remote));
    expect(tokensOf(await Array.fromAsync(local.generate(request(20))))).toEqual(tokensOf(short));
    expect(await local.prefills(null)).toEqual({ local: 2, remote: 0, fallback: 0 });
  });

  test("a prefill worker that is killed: its job comes again, at another one", async () => {
    await using cluster = await start({}, { speedup: 1, prefillMsPerToken: 5 });
    const { generate, prefills } = cluster.client(MockDecodeEngine);
    const first = cluster.instance(MockPrefillEngine);
    const answer = Array.fromAsync(generate(request(100)));
    await cluster.until(async () => (await first.service.state(null)).running === 1);
    await first.kill();
    await cluster.add(MockPrefillEngine);
    expect(tokensOf(await answer)).toHaveLength(20);
    expect(await prefills(null)).toEqual({ local: 0, remote: 1, fallback: 0 });
    expect(cluster.calls.to(MockDecodeEngine, "claimPrefill")).toHaveLength(2);
  }, 30_000);

  test("nobody reads it in time: it is read here, and whoever has begun ends", async () => {
    await using cluster = await start({ prefillTimeoutMs: 100 }, NEVER);
    const { generate, prefills } = cluster.client(MockDecodeEngine);
    expect(tokensOf(await Array.fromAsync(generate(request(100))))).toHaveLength(20);
    expect(await prefills(null)).toEqual({ local: 0, remote: 0, fallback: 1 });
    await cluster.until(async () => (await cluster.client(MockPrefillEngine).state(null)).running === 0);
    expect(await cluster.client(MockPrefillEngine).state(null)).toMatchObject({ requests: 1, usedBlocks: 0 });
  });

  test("a caller who leaves ends the prefill, too", async () => {
    await using cluster = await start({}, NEVER);
    const leaving = new AbortController();
    const answer = Array.fromAsync(cluster.client(MockDecodeEngine).generate(request(100), { signal: leaving.signal }));
    const { state } = cluster.client(MockPrefillEngine);
    await cluster.until(async () => (await state(null)).running === 1);
    leaving.abort();
    expect(answer).rejects.toMatchObject({ code: "cancelled" });
    await cluster.until(async () => (await state(null)).running === 0);
    expect(await state(null)).toMatchObject({ usedBlocks: 0, waiting: 0 });
  });

  test("when enough prompts wait in the queue, or no prefill worker is there, they are read here", async () => {
    await using cluster = await start({ maxPrefillQueue: 0 }, { ...NEVER, prefillConcurrency: 1 });
    const { generate, prefills } = cluster.client(MockDecodeEngine);
    const prefill = cluster.instance(MockPrefillEngine);
    const leaving = new AbortController();
    const ask = (length: number) => Array.fromAsync(generate(request(length), { signal: leaving.signal }));
    const stuck = [ask(100)];
    await cluster.until(async () => (await prefill.service.state(null)).running === 1);
    // One may wait while the queue is empty; behind it nobody does.
    stuck.push(ask(101));
    await cluster.until(async () => (await queueOf(cluster).info()).ready === 1);
    expect(tokensOf(await Array.fromAsync(generate(request(102))))).toHaveLength(20);
    expect(await prefills(null)).toEqual({ local: 1, remote: 0, fallback: 0 });
    leaving.abort();
    for (const outcome of await Promise.allSettled(stuck)) expect(outcome.status).toBe("rejected");
    await prefill.stop();
    expect(tokensOf(await Array.fromAsync(generate(request(103))))).toHaveLength(20);
    expect(await prefills(null)).toEqual({ local: 2, remote: 0, fallback: 0 });
  });

  test("blocks that somebody else had computed are taken as they are", async () => {
    await using cluster = await start({ stepMs: 0 });
    const prompt = request(100);
    const [output] = await Array.fromAsync(cluster.client(MockPrefillEngine).generate(prompt));
    expect(output).toMatchObject({ token_ids: [], disaggregated_params: { tokens: 100 } });
    const { generate, prefills } = cluster.client(MockDecodeEngine);
    const prefill_result = { disaggregated_params: output?.disaggregated_params ?? null, prompt_tokens_details: null };
    const given = tokensOf(await Array.fromAsync(generate({ ...prompt, prefill_result })));
    expect(await prefills(null)).toEqual({ local: 0, remote: 0, fallback: 0 });
    expect(given).toEqual(tokensOf(await Array.fromAsync(generate(prompt))));
  });
});

test("where the queue's server is not there, prefill workers are called directly", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stator-disagg-"));
  const [own, settings] = [{ speedup: 0 }, { speedup: 0, maxLocalPrefill: 32 }];
  {
    await using serving = await serve(disagg, {
      runtime: {
        discovery: "file",
        filePath: folder,
        requestPlane: "memory",
        eventPlane: "memory",
        // Nobody listens there.
        natsServer: "nats://127.0.0.1:1",
        natsStartupTimeoutMs: 1,
      },
      configuration: { MockDecodeEngine: settings, MockPrefillEngine: own },
      http: { listen: false },
      signals: false,
    });
    const { runtime } = serving;
    await using engines = await runtime.endpoint("llm.engine.generate").client<PreprocessedRequest, LLMEngineOutput>();
    await using prefills = await runtime.endpoint("llm.engine.prefills").client<null, PrefillCounts>();
    await Promise.all([engines.waitForInstances(), prefills.waitForInstances()]);
    const answer = tokensOf(await Array.fromAsync(engines.generate(request(200))));
    expect(await prefills.generate(null).one()).toEqual({ local: 0, remote: 1, fallback: 0 });
    expect(tokensOf(await Array.fromAsync(engines.generate(request(200))))).toEqual(answer);
    expect(answer).toHaveLength(20);
  }
  rmSync(folder, { recursive: true });
}, 30_000);
