import { describe, expect, setDefaultTimeout, test } from "bun:test";

import { testCluster } from "@stator/sdk/testing";

import {
  KvIndex,
  type LLMEngineOutput,
  loadModelFiles,
  MOCK_MODEL_FOLDER,
  MockEngine,
  PreprocessedRequest,
  type PreprocessedRequestInput,
  type StopConditionsInput,
} from "../index.ts";

/** Generous: a loaded machine is no failure. */
setDefaultTimeout(120_000);
const PATIENCE = { timeoutMs: 60_000 };

const { tokenizer, eosTokenIds } = await loadModelFiles(MOCK_MODEL_FOLDER);
const prompt = await tokenizer.encode(
  "A prompt of some length, so that it fills several blocks of the cache. ".repeat(3),
  false,
);

const start = (settings: object = {}, instances = 1) =>
  testCluster(MockEngine, {
    configuration: { MockEngine: { speedup: 0, ...settings } },
    instances: { MockEngine: instances },
  });

function request(stop: StopConditionsInput = {}, change: Partial<PreprocessedRequestInput> = {}): PreprocessedRequest {
  const conditions = { max_tokens: 48, ...stop };
  const plain = { token_ids: prompt, stop_conditions: conditions, eos_token_ids: [...eosTokenIds] };
  return PreprocessedRequest.parse({ ...plain, ...change });
}

const tokensOf = (items: readonly LLMEngineOutput[]): number[] => items.flatMap(({ token_ids }) => token_ids);

describe("a mock engine", () => {
  test("writes text: whole characters of one to four bytes, the same for the same seed", async () => {
    await using cluster = await start();
    const { generate } = cluster.client(MockEngine);
    const ask = async (seed: number) =>
      tokensOf(
        await Array.fromAsync(generate(request({ max_tokens: 600, ignore_eos: true }, { sampling_options: { seed } }))),
      );
    const [one, same, other] = [await ask(1), await ask(1), await ask(2)];
    expect(one).toHaveLength(600);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    const text = tokenizer.decode(one, false);
    // Only the last character may lack its end.
    expect(text.slice(0, -1)).not.toContain("\ufffd");
    expect(text).toMatch(/[a-z]{3}/);
    expect(text).toMatch(/\p{Script=Han}/u);
    expect(text).toMatch(/\p{Extended_Pictographic}/u);
  });

  test("goes on exactly where another one was broken off", async () => {
    await using cluster = await start({}, 2);
    const { generate } = cluster.client(MockEngine);
    const [first, second] = cluster.instances(MockEngine);
    const ask = async (tokens: readonly number[], max_tokens: number, instanceId: bigint | undefined) => {
      const asked = request({ max_tokens, ignore_eos: true }, { token_ids: [...tokens] });
      return tokensOf(await Array.fromAsync(generate(asked, instanceId === undefined ? {} : { instanceId })));
    };
    const whole = await ask(prompt, 60, first?.instanceId);
    for (const length of [1, 7, 33, 59]) {
      const rest = await ask([...prompt, ...whole.slice(0, length)], 60 - length, second?.instanceId);
      expect(rest).toEqual(whole.slice(length));
    }
  });

  test("says why it ended, and counts", async () => {
    await using cluster = await start();
    const { generate } = cluster.client(MockEngine);
    const ask = async (stop: StopConditionsInput) => {
      const items = await Array.fromAsync(generate(request(stop)));
      expect(items.slice(0, -1).every(({ finish_reason }) => finish_reason === null)).toBe(true);
      const tokens = tokensOf(items);
      expect(items.at(-1)?.completion_usage).toMatchObject({
        prompt_tokens: prompt.length,
        completion_tokens: tokens.length,
        total_tokens: prompt.length + tokens.length,
      });
      return { tokens, reason: items.at(-1)?.finish_reason, stopped: items.at(-1)?.stop_reason };
    };
    const whole = await ask({ ignore_eos: true });
    expect([whole.reason, whole.tokens.length]).toEqual(["length", 48]);
    const ended = await ask({ max_tokens: 4000 });
    expect(ended.reason).toBe("eos");
    const longer = await ask({ max_tokens: 4000, min_tokens: ended.tokens.length + 1 });
    expect(longer.tokens.slice(0, ended.tokens.length)).toEqual(ended.tokens);
    expect(longer.tokens.length).toBeGreaterThan(ended.tokens.length);
    const stop = whole.tokens[20] ?? -1;
    const until = whole.tokens.indexOf(stop);
    const hidden = await ask({ ignore_eos: true, stop_token_ids: [stop] });
    expect(hidden).toEqual({ tokens: whole.tokens.slice(0, until), reason: "stop", stopped: stop });
    const visible = await ask({ ignore_eos: true, stop_token_ids_visible: [stop] });
    expect(visible).toEqual({ tokens: whole.tokens.slice(0, until + 1), reason: "stop", stopped: stop });
    const later = await ask({ ignore_eos: true, stop_token_ids: [stop], min_tokens: until + 1 });
    expect(later.tokens.slice(0, until + 1)).toEqual(whole.tokens.slice(0, until + 1));
  });

  test("finds prompts again, and tells routers what it has", async () => {
    await using cluster = await start({ blocks: 64 });
    const client = cluster.client(MockEngine);
    const runtime = cluster.instance(MockEngine).runtime;
    const subscription = runtime.endpoint("llm.engine.generate").subscribe<never>("kv-events");
    await subscription.ready;
    const heard = new KvIndex(16);
    const cached = async (tokens: number[]) => {
      const items = await Array.fromAsync(client.generate(request({}, { token_ids: tokens })));
      return items.at(-1)?.completion_usage?.prompt_tokens_details?.cached_tokens;
    };
    const full = Math.floor((prompt.length - 1) / 16) * 16;
    expect(await cached(prompt)).toBe(0);
    expect(await cached(prompt)).toBe(full);
    expect(await cached([...prompt.slice(0, 32), ...prompt])).toBe(32);
    // Others push it out.
    for (let first = 0; first < 6; first++)
      await cached(Array.from({ length: 200 }, (_, index) => (first * 61 + index) % 250));
    expect(await cached(prompt)).toBe(0);
    const { cachedBlocks, usedBlocks, totalBlocks } = await client.state(null);
    expect([usedBlocks, totalBlocks]).toEqual([0, 64]);
    // Who listens from the beginning knows the same as who comes late.
    const late = new KvIndex(16);
    expect(late.apply(await client.cachedBlocks(null))).toEqual([]);
    expect(late.blocks).toBe(cachedBlocks);
    for await (const { payload } of subscription) {
      expect(heard.apply(payload)).toEqual([]);
      if (heard.blocks === cachedBlocks && heard.findMatches(prompt)[0]?.blocks === Math.floor(prompt.length / 16))
        break;
    }
    expect(late.findMatches(prompt)).toEqual(heard.findMatches(prompt));
  });

  test("keeps prompts of different salts and adapters apart", async () => {
    await using cluster = await start();
    const { generate } = cluster.client(MockEngine);
    const cached = async (routing: PreprocessedRequestInput["routing"]) => {
      const items = await Array.fromAsync(generate(request({}, { routing })));
      return items.at(-1)?.completion_usage?.prompt_tokens_details?.cached_tokens ?? -1;
    };
    expect([
      await cached({ cache_salt: "a" }),
      await cached({ cache_salt: "b" }),
      await cached({ lora_name: "a" }),
    ]).toEqual([0, 0, 0]);
    expect(await cached({ cache_salt: "a" })).toBeGreaterThan(0);
  });

  test("frees a slot as soon as its caller has left, and refuses what has no room to wait", async () => {
    await using cluster = await start({ maxSequences: 2, maxWaiting: 1, speedup: 1, stepMs: 1 });
    const { generate, state } = cluster.client(MockEngine);
    const endless = request({ max_tokens: 4000, ignore_eos: true });
    const leave = new AbortController();
    const open = [0, 1, 2].map(() => Array.fromAsync(generate(endless, { signal: leave.signal })));
    const ended = Promise.allSettled(open);
    await cluster.until(async () => {
      const { running, waiting } = await state(null);
      return running === 2 && waiting === 1;
    }, PATIENCE);
    const refused = await Array.fromAsync(generate(endless)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "overloaded" });
    leave.abort();
    for (const outcome of await ended)
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "cancelled" } });
    await cluster.until(async () => (await state(null)).usedBlocks === 0, PATIENCE);
    expect(await state(null)).toMatchObject({ running: 0, waiting: 0, usedBlocks: 0 });
    expect(tokensOf(await Array.fromAsync(generate(request({ ignore_eos: true }))))).toHaveLength(48);
  });

  test("names likely tokens, the chosen one first", async () => {
    await using cluster = await start();
    const asked = request({ ignore_eos: true }, { output_options: { logprobs: 4 } });
    const items = await Array.fromAsync(cluster.client(MockEngine).generate(asked));
    let total = 0;
    for (const { token_ids, log_probs, top_logprobs, cum_log_probs } of items) {
      const [likeliest = []] = top_logprobs ?? [];
      total += log_probs?.[0] ?? NaN;
      expect(cum_log_probs).toBeCloseTo(total, 9);
      expect(likeliest).toHaveLength(4);
      expect(likeliest[0]).toMatchObject({ rank: 1, token_id: token_ids[0], logprob: log_probs?.[0] });
      const chances = likeliest.map(({ logprob }) => Math.exp(logprob));
      expect(chances).toEqual(chances.toSorted((a, b) => b - a));
      expect(chances.reduce((sum, chance) => sum + chance)).toBeLessThanOrEqual(1);
      expect(new Set(likeliest.map(({ token_id }) => token_id)).size).toBe(4);
    }
  });

  test("an echo repeats the prompt, also from where it was broken off", async () => {
    await using cluster = await start({ echo: true });
    const { generate } = cluster.client(MockEngine);
    const text = await tokenizer.encode("Once upon a time 🙂 there was nobody.", false);
    const ask = async (tokens: number[]) =>
      tokensOf(await Array.fromAsync(generate(request({}, { token_ids: tokens }))));
    expect(await ask(text)).toEqual(text);
    expect(await ask([...text, ...text.slice(0, 5)])).toEqual(text.slice(5));
  });

  test("refuses prompts that are empty or too long, and says how long they may be", async () => {
    await using cluster = await start({ blocks: 8 });
    const { generate } = cluster.client(MockEngine);
    const ask = (token_ids: number[]) =>
      Array.fromAsync(generate(request({ max_tokens: 500, ignore_eos: true }, { token_ids })));
    expect(ask([])).rejects.toMatchObject({ code: "invalid_request" });
    expect(ask(Array.from({ length: 128 }, () => 5))).rejects.toThrow("at most 128");
    // The answer ends where there is no more room.
    const items = await ask(Array.from({ length: 100 }, () => 5));
    expect([tokensOf(items).length, items.at(-1)?.finish_reason]).toEqual([28, "length"]);
  });

  test("takes the time that its steps cost", async () => {
    const costs = { stepMs: 10, prefillMsPerToken: 1, prefillMsPerPair: 0, decodeMsPerBlock: 0 };
    await using cluster = await testCluster(MockEngine, {
      clock: "fake",
      configuration: { MockEngine: { speedup: 2, ...costs } },
    });
    const { generate } = cluster.client(MockEngine);
    const begun = cluster.clock.now();
    const times: number[] = [];
    const reading = (async () => {
      const asked = request({ max_tokens: 3, ignore_eos: true }, { token_ids: prompt.slice(0, 40) });
      for await (const _ of generate(asked)) times.push(cluster.clock.now() - begun);
    })();
    await cluster.clock.advance(1000);
    await reading;
    expect(times).toEqual([25, 30, 35]);
  });
});
