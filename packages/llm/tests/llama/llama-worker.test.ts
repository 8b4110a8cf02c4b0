import { afterAll, beforeAll, expect, test, setDefaultTimeout } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type TestService, testService } from "@stator/sdk/testing";

import {
  KvIndex,
  type LLMEngineOutput,
  LlamaWorker,
  MOCK_MODEL_FOLDER,
  ModelDirectory,
  type PreprocessedRequestInput,
} from "../../src/index.ts";
import { engineRequest } from "../engine-request.ts";
import { TINY_CONTEXT, writeTinyModel } from "./tiny-model.ts";

// It only ends what hangs: the machine may have other work.
setDefaultTimeout(60_000);

let folder = "";
let path = "";
let worker: TestService<LlamaWorker>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stator-llama-"));
  path = join(folder, "tiny.gguf");
  await writeTinyModel(path);
  worker = await started({ sequences: 3, queue: 2, modelFolder: MOCK_MODEL_FOLDER, embeddings: true });
});

afterAll(async () => {
  await worker.stop();
  await rm(folder, { recursive: true });
});

const started = (settings: object) =>
  testService(LlamaWorker, { configuration: { LlamaWorker: { path, gpu: "none", threads: 1, ...settings } } });

/** The token that the model ends its text with. */
const END = 564;
const PROMPT = [10, 20, 30, 40, 50, 60, 70, 80];

function ask(more: Partial<PreprocessedRequestInput> = {}, signal?: AbortSignal) {
  const request = { token_ids: PROMPT, stop_conditions: { max_tokens: 12, ignore_eos: true }, ...more };
  return worker.client.generate(engineRequest(request), signal === undefined ? {} : { signal });
}

const answer = (more: Partial<PreprocessedRequestInput> = {}): Promise<LLMEngineOutput[]> => Array.fromAsync(ask(more));
const idsOf = (items: readonly LLMEngineOutput[]): number[] => items.flatMap(({ token_ids }) => token_ids);
const ids = async (more: Partial<PreprocessedRequestInput> = {}): Promise<number[]> => idsOf(await answer(more));

test("the same seed makes the same tokens, another one others; without a temperature chance has no part", async () => {
  const sampled = { temperature: 1.2, seed: 7n };
  const first = await ids({ sampling_options: sampled });
  expect(first).toHaveLength(12);
  expect(await ids({ sampling_options: sampled })).toEqual(first);
  expect(await ids({ sampling_options: { ...sampled, seed: 8n } })).not.toEqual(first);
  const greedy = await ids({ sampling_options: { temperature: 0, seed: 1n } });
  expect(await ids({ sampling_options: { temperature: 0, seed: 2n } })).toEqual(greedy);
  expect(await ids({ sampling_options: { ...sampled, top_k: 1 } })).toEqual(greedy);
  expect(await ids({ sampling_options: { ...sampled, min_p: 1 } })).toEqual(greedy);
});

test("an answer goes on where it broke, with the tokens that it would have had", async () => {
  const sampling_options = { temperature: 1.5, seed: 99n, top_p: 0.9, repetition_penalty: 1.3, presence_penalty: 0.2 };
  const whole = await ids({ sampling_options });
  for (const made of [1, 5, 11]) {
    const stop_conditions = { max_tokens: 12 - made, ignore_eos: true };
    const rest = await ids({ token_ids: [...PROMPT, ...whole.slice(0, made)], stop_conditions, sampling_options });
    expect(rest).toEqual(whole.slice(made));
  }
});

test("several answers at once are those that each of them is alone, and the others wait their turn", async () => {
  const prompts = [1, 2, 3, 4, 5].map((first) => [first, ...PROMPT]);
  const sampling_options = { temperature: 0 };
  const alone: number[][] = [];
  for (const token_ids of prompts) alone.push(await ids({ token_ids, sampling_options }));
  expect(await Promise.all(prompts.map((token_ids) => ids({ token_ids, sampling_options })))).toEqual(alone);
  expect(worker.instance.service.load).toEqual({ freeSequences: 3, waiting: 0 });
});

test("more requests than may wait are refused, and those that leave give their places back at once", async () => {
  const leaving = new AbortController();
  const long = { stop_conditions: { max_tokens: 400, ignore_eos: true } };
  const { service } = worker.instance;
  const running = Array.from({ length: 5 }, () => Array.fromAsync(ask(long, leaving.signal)));
  const ended = Promise.allSettled(running);
  while (service.load.waiting < 2) await Bun.sleep(1);
  expect(answer()).rejects.toMatchObject({ code: "overloaded" });
  leaving.abort();
  await ended;
  while (service.load.freeSequences < 3) await Bun.sleep(1);
  expect(service.load.waiting).toBe(0);
  expect(await ids()).toHaveLength(12);
});

test("what a prompt has in common with one before is not read again, and counted", async () => {
  const token_ids = Array.from({ length: 100 }, (_, index) => (index * 37) % 500);
  const sampling_options = { temperature: 0 };
  const first = await answer({ token_ids, sampling_options });
  const second = await answer({ token_ids, sampling_options });
  expect(idsOf(second)).toEqual(idsOf(first));
  expect(second.at(-1)?.completion_usage).toMatchObject({
    prompt_tokens: 100,
    completion_tokens: 12,
    total_tokens: 112,
    prompt_tokens_details: { cached_tokens: 99 },
  });
  const other = [...token_ids.slice(0, 60), 7, 8, 9];
  const third = await answer({ token_ids: other, sampling_options });
  expect(third.at(-1)?.completion_usage?.prompt_tokens_details).toEqual({ cached_tokens: 60 });
});

const cachedOf = (found: readonly LLMEngineOutput[]) =>
  found.at(-1)?.completion_usage?.prompt_tokens_details?.cached_tokens;

test("routers are told what the sequences remember, and prompts of other salts have nothing of it", async () => {
  const token_ids = Array.from({ length: 70 }, (_, index) => (index * 31 + 5) % 500);
  const items = await answer({ token_ids });
  const index = new KvIndex(16);
  index.apply(await worker.client.cachedBlocks(null));
  // The last token is said, but not read.
  expect(index.findMatches([...token_ids, ...idsOf(items)])).toMatchObject([{ blocks: Math.floor(81 / 16) }]);
  expect(index.findMatches(token_ids, null, "salt")).toEqual([]);
  const salted = { token_ids, routing: { cache_salt: "salt" } };
  expect(cachedOf(await answer(salted))).toBe(0);
  expect(cachedOf(await answer(salted))).toBe(69);
  // Others take its place: what is gone is told, too.
  for (let first = 100; first < 103; first++) await answer({ token_ids: Array.from({ length: 40 }, () => first) });
  const later = new KvIndex(16);
  later.apply(await worker.client.cachedBlocks(null));
  expect(later.findMatches(token_ids)).toEqual([]);
  expect(later.findMatches(Array.from({ length: 40 }, () => 102))).toMatchObject([{ blocks: 2 }]);
});

test("an answer ends at its limit, at a stop token, at the model's own end, and at the end of the context", async () => {
  const sampling_options = { temperature: 0 };
  let [token_ids, all]: [number[], number[]] = [PROMPT, await ids({ sampling_options })];
  // A prompt after which the model would go on by itself, whatever this machine's arithmetic makes of it.
  for (let first = 0; all.includes(END) || all.indexOf(all[2] ?? 0) !== 2; first++) {
    token_ids = [first, ...PROMPT];
    all = await ids({ token_ids, sampling_options });
  }
  const third = all[2] as number;
  const upTo = all.indexOf(third);
  const stops = async (stop: object, eos: number[] = []) => {
    const items = await answer({
      token_ids,
      sampling_options,
      eos_token_ids: eos,
      stop_conditions: { max_tokens: 12, ...stop },
    });
    return [idsOf(items), items.at(-1)?.finish_reason, items.at(-1)?.stop_reason];
  };
  expect(await stops({})).toEqual([all, "length", null]);
  expect(await stops({ stop_token_ids: [third] })).toEqual([all.slice(0, upTo), "stop", third]);
  expect(await stops({ stop_token_ids_visible: [third] })).toEqual([all.slice(0, upTo + 1), "stop", third]);
  expect(await stops({}, [third])).toEqual([all.slice(0, upTo), "eos", null]);
  expect(await stops({ ignore_eos: true }, [third])).toEqual([all, "length", null]);
  // Nothing ends it before so many tokens: others stand in its place.
  const [longer, reason] = await stops({ min_tokens: 12 }, [third]);
  expect([longer, reason]).toEqual([expect.not.arrayContaining([third]), "length"]);
  expect(longer).toHaveLength(12);
  const items = await answer({
    token_ids: Array.from({ length: TINY_CONTEXT - 3 }, () => 5),
    stop_conditions: { ignore_eos: true },
  });
  expect([idsOf(items).length, items.at(-1)?.finish_reason]).toEqual([3, "length"]);
});

test("how likely tokens are: the likeliest first, all of them together one", async () => {
  const [item] = await answer({ sampling_options: { temperature: 0 }, output_options: { logprobs: 565 } });
  const top = item?.top_logprobs?.[0] ?? [];
  expect(top).toHaveLength(565);
  expect(top[0]).toMatchObject({ rank: 1, token_id: item?.token_ids[0], logprob: item?.log_probs?.[0] });
  const sum = top.reduce((total, { logprob }) => total + Math.exp(logprob), 0);
  expect(sum).toBeCloseTo(1, 3);
  const [plain] = await answer({ output_options: { logprobs: 0 } });
  expect([plain?.log_probs?.length, plain?.top_logprobs]).toEqual([1, [[]]]);
});

test("what would end llama.cpp is refused", async () => {
  expect(answer({ token_ids: [] })).rejects.toThrow(/no tokens/);
  expect(answer({ token_ids: [565] })).rejects.toThrow(/no token 565: the last one is 564/);
  expect(answer({ token_ids: Array.from({ length: TINY_CONTEXT }, () => 1) })).rejects.toThrow(/512 tokens, of 512/);
});

async function vectorOf(token_ids: number[]): Promise<number[]> {
  const [item] = await answer({ token_ids, annotations: ["embedding"] });
  expect(item).toMatchObject({ finish_reason: "stop", completion_usage: { prompt_tokens: token_ids.length } });
  return (item as { engine_data: { embedding: number[] } } | undefined)?.engine_data.embedding ?? [];
}

test("the vector of a text", async () => {
  const [one, again, other] = [await vectorOf([1, 2, 3]), await vectorOf([1, 2, 3]), await vectorOf([400, 401])];
  expect(one).toHaveLength(32);
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
});

test("front ends find the model", async () => {
  await using directory = await ModelDirectory.open(worker.instance.runtime);
  expect(directory.find("tiny")?.card).toMatchObject({
    context_length: TINY_CONTEXT,
    model_type: expect.stringContaining("Embedding"),
    source_path: MOCK_MODEL_FOLDER,
  });
});

test("a file that is not there, or no model, ends the start with a reason", async () => {
  expect(started({ path: "/nowhere.gguf" })).rejects.toThrow(/no GGUF file "\/nowhere.gguf"/);
  const whole = await Bun.file(path).bytes();
  for (const bytes of ["", "GGUF and no more", whole.slice(0, 30), whole.slice(0, 5000), whole.slice(0, 100_000)]) {
    const other = join(folder, "other.gguf");
    await Bun.write(other, bytes);
    const starting = started({ path: other });
    expect(starting).rejects.toThrow(/other.gguf cannot be loaded/);
    await starting.catch(() => {});
  }
});
