import { expect, test, setDefaultTimeout } from "bun:test";
import { join } from "node:path";

import { testService } from "@stator/sdk/testing";

import {
  blockHashes,
  KvIndex,
  type LLMEngineOutput,
  type PreprocessedRequestInput,
  VllmWorker,
} from "../../src/index.ts";
import { engineRequest } from "../engine-request.ts";

// It only ends what hangs: the machine may have other work.
setDefaultTimeout(60_000);

const executable = join(import.meta.dir, "programs", "vllm");

/** What the worker is told, with what makes the engine misbehave. */
function worker(env: Record<string, string> = {}, more: object = {}, serve: object = {}) {
  const settings = {
    blockSize: 4,
    serve: { executable, model: "/models/tiny", env, stopTimeoutMs: 5000, ...serve },
    ...more,
  };
  return testService(VllmWorker, { configuration: { VllmWorker: settings } });
}

function asked(token_ids: number[], more: Partial<PreprocessedRequestInput> = {}) {
  return engineRequest({ token_ids, stop_conditions: { max_tokens: 5 }, ...more });
}

/** What the engine says next, as often as it is asked. */
function expected(prompt: readonly number[], count: number): number[] {
  const tokens = [...prompt];
  for (let made = 0; made < count; made++) tokens.push(tokens.reduce((sum, each) => sum + each, 0) % 500);
  return tokens.slice(prompt.length);
}

const idsOf = (items: readonly LLMEngineOutput[]): number[] => items.flatMap(({ token_ids }) => token_ids);

/** Waits until a process is gone, or a zombie that nobody has asked for. */
async function gone(pid: number): Promise<void> {
  while (await isAlive(pid)) await Bun.sleep(20);
}

async function isAlive(pid: number): Promise<boolean> {
  const status = Bun.file(`/proc/${pid}/stat`);
  const text = await status.text().catch(() => "");
  return text !== "" && !/^\d+ \(.*\) [ZX]/s.test(text);
}

/** Asks the engine that a worker has started. */
async function stateOf(
  service: VllmWorker,
): Promise<{ running: number; aborted: number; requests: object[]; child: number }> {
  return (await (await fetch(`${service.engineUrl}/state`)).json()) as never;
}

test("an engine is started, asked with token ids, listened to, and ended with all that it has started", async () => {
  const served = await worker({ STAND_IN_UNHEALTHY_TIMES: "3" });
  const { service } = served.instance;
  expect(service.model).toBe("/models/tiny");
  while (!(await service.isEngineReady())) await Bun.sleep(20);
  const prompt = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const items = await Array.fromAsync(served.client.generate(asked(prompt, { output_options: { logprobs: 1 } })));
  expect(idsOf(items)).toEqual(expected(prompt, 5));
  expect(items.at(-1)).toMatchObject({
    finish_reason: "length",
    completion_usage: {
      prompt_tokens: 9,
      completion_tokens: 5,
      total_tokens: 14,
      prompt_tokens_details: { cached_tokens: 0 },
    },
  });
  expect(items[0]).toMatchObject({
    log_probs: [-0.5],
    top_logprobs: [
      [
        { rank: 1, token_id: 45, logprob: -0.5 },
        { rank: 2, token_id: 499, logprob: -2 },
      ],
    ],
  });
  // The same beginning again: the engine has it, and says so.
  const again = await Array.fromAsync(served.client.generate(asked(prompt)));
  expect(again.at(-1)?.completion_usage?.prompt_tokens_details).toEqual({ cached_tokens: 8 });

  const all = [...prompt, ...expected(prompt, 5)];
  while ((await served.client.cachedBlocks(null)).length < 2) await Bun.sleep(5);
  const index = new KvIndex(4);
  while (index.blocks < 3) index.apply(await served.client.cachedBlocks(null));
  expect(index.findMatchesOfBlocks(blockHashes(all, 4))).toMatchObject([{ blocks: 3 }]);

  const { child, requests } = await stateOf(service);
  expect(requests[0]).toMatchObject({
    model: "/models/tiny",
    prompt,
    max_tokens: 5,
    stream: true,
    return_token_ids: true,
  });
  const pid = service.enginePid as number;
  await served.stop();
  expect([await isAlive(pid), await isAlive(child)]).toEqual([false, false]);
});

test("a caller that leaves closes the connection to the engine at once", async () => {
  await using served = await worker({ STAND_IN_STALL_AFTER: "2" });
  for await (const { token_ids } of served.client.generate(asked([5], { stop_conditions: { max_tokens: 100 } }))) {
    if (token_ids[0] === 10) break;
  }
  while ((await stateOf(served.instance.service)).aborted < 1) await Bun.sleep(5);
  // Also one that leaves while the engine still thinks.
  const leaving = new AbortController();
  const waiting = Array.fromAsync(served.client.generate(asked([7]), { signal: leaving.signal }));
  while ((await stateOf(served.instance.service)).requests.length < 2) await Bun.sleep(5);
  leaving.abort();
  expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  while ((await stateOf(served.instance.service)).aborted < 2) await Bun.sleep(5);
});

test("a token that only ends the answer is not part of it", async () => {
  await using served = await worker();
  const stop_conditions = { max_tokens: 9, stop_token_ids: [expected([3], 3)[2] as number] };
  const items = await Array.fromAsync(served.client.generate(asked([3], { stop_conditions })));
  expect(idsOf(items)).toEqual(expected([3], 2));
  expect(items.at(-1)).toMatchObject({ finish_reason: "stop", stop_reason: expected([3], 3)[2] });
});

test("an engine that ends at its start ends the worker's start, with what it has said", async () => {
  expect(worker({ STAND_IN_CRASH_AT_START: "1" })).rejects.toThrow(
    /ended \(code 7\)[^]*CUDA error: no device is there/,
  );
  expect(worker({}, {}, { executable: "/nowhere/vllm" })).rejects.toThrow(/\/nowhere\/vllm cannot be started.*attach/);
});

test("an engine that is never healthy is given up, and ended", async () => {
  const starting = worker({ STAND_IN_UNHEALTHY_TIMES: "1000000" }, { startTimeoutMs: 400 });
  expect(starting).rejects.toThrow(/not healthy after 400 ms; raise startTimeoutMs/);
});

test("an engine that dies breaks its answers, and is started again with an empty cache", async () => {
  await using served = await worker({ STAND_IN_CRASH_AFTER: "3" });
  const { service } = served.instance;
  const first = service.enginePid;
  const got: number[] = [];
  const reading = (async () => {
    for await (const { token_ids } of served.client.generate(asked([1, 2, 3, 4]))) got.push(...token_ids);
  })();
  expect(reading).rejects.toMatchObject({ code: "unavailable" });
  await reading.catch(() => {});
  // What was on its way when the connection broke may be lost.
  expect(expected([1, 2, 3, 4], 3).slice(0, got.length)).toEqual(got);
  while (!(await service.isEngineReady())) await Bun.sleep(20);
  expect(service.enginePid).not.toBe(first);
  expect(service.isEngineKept()).toBe(true);
  const [item] = await Array.fromAsync(served.client.generate(asked([9], { stop_conditions: { max_tokens: 1 } })));
  expect(item?.token_ids).toEqual([9]);
});

test("an engine that dies too often is not started again", async () => {
  await using served = await worker({ STAND_IN_CRASH_AFTER: "0" }, {}, { restarts: 0 });
  const { service } = served.instance;
  await Array.fromAsync(served.client.generate(asked([1]))).catch(() => {});
  while (service.isEngineKept()) await Bun.sleep(5);
  expect(await service.isEngineReady()).toBe(false);
  expect(Array.fromAsync(served.client.generate(asked([1])))).rejects.toThrow(/ended too often/);
});

test("an engine that does not listen to SIGTERM is killed", async () => {
  const served = await worker({ STAND_IN_IGNORE_SIGTERM: "1" }, {}, { stopTimeoutMs: 200 });
  const { service } = served.instance;
  const [pid, { child }] = [service.enginePid as number, await stateOf(service)];
  await served.stop();
  expect([await isAlive(pid), await isAlive(child)]).toEqual([false, false]);
});

test("nothing is left of an engine whose worker was killed", async () => {
  const program = Bun.spawn(["bun", join(import.meta.dir, "programs", "worker-program.ts")], {
    stdout: "pipe",
    stderr: "ignore",
  });
  const line = await firstLine(program.stdout);
  const { pid, child } = JSON.parse(line) as { pid: number; child: number };
  expect([await isAlive(pid), await isAlive(child)]).toEqual([true, true]);
  program.kill("SIGKILL");
  await program.exited;
  await Promise.all([gone(pid), gone(child)]);
});

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of stream) {
    text += new TextDecoder().decode(piece);
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0] ?? "";
}
