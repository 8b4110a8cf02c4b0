import { expect, setDefaultTimeout, test } from "bun:test";

import { graph } from "@stator/sdk";
import { type TestCluster, testCluster } from "@stator/sdk/testing";

import { type ChatCompletionChunk, Processor } from "@stator/llm";

import { chat, wholeChat } from "./support/ask.ts";
import { engineStep } from "../src/engine/engine-step.ts";
import { TinyEngine, tokenizer, tokensOf } from "./support/tiny-engine.ts";

// Where all cores are busy with something else, starting a cluster takes seconds.
setDefaultTimeout(60_000);

const started = (engines: number) =>
  testCluster(graph(Processor).link(TinyEngine), { instances: { TinyEngine: engines } });

function enginesOf(cluster: TestCluster): TinyEngine[] {
  return cluster.instances(TinyEngine).map(({ service }) => service);
}

const PROMPT = await tokenizer.encode("<|im_start|>user\nHi 你<|im_end|>\n<|im_start|>assistant\n", false);

function unbroken(tokens: number, seed: number): string {
  return tokenizer.decode(tokensOf(PROMPT, tokens, BigInt(seed)), true);
}

/** Lets no answer get longer until the result is called. */
function gate(engines: readonly TinyEngine[], tokens: number): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const engine of engines) engine.gate = { at: PROMPT.length + tokens, open: promise };
  return resolve;
}

/** Reads a chat, and calls `at` when so many parts have come. */
async function read(
  cluster: TestCluster,
  given: Parameters<typeof chat>[0],
  at = Infinity,
  then?: () => Promise<void>,
) {
  const chunks: ChatCompletionChunk[] = [];
  for await (const chunk of cluster.client(Processor).chat(chat(given))) {
    chunks.push(chunk);
    if (chunks.length === at) await then?.();
  }
  return chunks;
}

test("an answer goes on at another engine, with the tokens, the limits and the usage that it had", async () => {
  await using cluster = await started(2);
  const engines = enginesOf(cluster);
  const open = gate(engines, 60);
  const chunks = await read(cluster, { seed: 3, max_tokens: 200, min_tokens: 150 }, 40, async () => {
    const [call] = cluster.calls.to(TinyEngine, "generate");
    if (call !== undefined) await cluster.instance(TinyEngine, call).kill();
    open();
  });
  expect(wholeChat(chunks)).toMatchObject({ content: unbroken(200, 3), finish: "length" });
  expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: PROMPT.length, completion_tokens: 200 });
  const [first, second, ...more] = engines
    .flatMap(({ requests }) => requests)
    .toSorted((a, b) => a.token_ids.length - b.token_ids.length);
  expect(more).toEqual([]);
  const come = (second?.token_ids.length ?? 0) - PROMPT.length;
  expect(first?.token_ids).toEqual(PROMPT);
  expect(come).toBeGreaterThanOrEqual(40);
  expect(second?.token_ids.slice(PROMPT.length)).toEqual(tokensOf(PROMPT, come, 3n));
  expect(second?.stop_conditions).toMatchObject({ max_tokens: 200 - come, min_tokens: 150 - come });
});

test("a stop text that began at one engine is found at the next", async () => {
  const whole = unbroken(400, 5);
  const stop = "👩‍👩‍👧 is";
  const tokens = tokensOf(PROMPT, 400, 5n);
  // Breaks behind each of the tokens around the stop text.
  const end = tokens.findIndex((_, at) => tokenizer.decode(tokens.slice(0, at + 1), true).includes(stop));
  await using cluster = await started(2);
  for (let at = Math.max(1, end - 14); at <= end; at++) {
    using _ = cluster.on(TinyEngine, "generate").breakAfter(at, { times: 1 });
    const chunks = await read(cluster, { seed: 5, max_tokens: end + 20, stop: ["never", stop] });
    expect({ at, ...wholeChat(chunks) }).toMatchObject({
      at,
      content: whole.slice(0, whole.indexOf(stop)),
      finish: "stop",
    });
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(end + 1);
  }
});

test("an answer that breaks behind its last token has only its end left to come", async () => {
  await using cluster = await started(2);
  for (const engine of enginesOf(cluster))
    engine.script = tokensOf(PROMPT, 3, 1n).map((id) => engineStep({ token_ids: [id] }));
  const chunks = await read(cluster, { seed: 1, max_tokens: 3 });
  expect(wholeChat(chunks).finish).toBe("length");
  expect(enginesOf(cluster).flatMap(({ requests }) => requests)).toHaveLength(1);
});

test("it goes on as often as the card allows, and then fails with the last error", async () => {
  await using cluster = await started(3);
  cluster.on(TinyEngine, "generate").breakAfter(2);
  expect(read(cluster, { max_tokens: 100 })).rejects.toMatchObject({ code: "unknown_outcome" });
  expect(enginesOf(cluster).flatMap(({ requests }) => requests)).toHaveLength(4);
});

test("what was wrong with the request is not tried elsewhere", async () => {
  await using cluster = await started(2);
  cluster.on(TinyEngine, "generate").fail("invalid_request");
  expect(read(cluster, {})).rejects.toMatchObject({ code: "invalid_request" });
  expect(cluster.calls.to(TinyEngine)).toHaveLength(1);
});

test("text without tokens cannot go on elsewhere once it has begun", async () => {
  await using cluster = await started(2);
  for (const engine of enginesOf(cluster)) engine.script = [engineStep({ text: "one" }), engineStep({ text: " two" })];
  expect(read(cluster, {})).rejects.toMatchObject({ code: "unknown_outcome" });
  expect(enginesOf(cluster).flatMap(({ requests }) => requests)).toHaveLength(1);
});

test("twenty answers go on when an engine is killed under them, each as if nothing had happened", async () => {
  await using cluster = await started(3);
  const engines = enginesOf(cluster);
  const open = gate(engines, 60);
  const { promise: under, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const streams = Array.from({ length: 20 }, (_, seed) =>
    read(cluster, { seed, max_tokens: 120, n: seed % 4 === 0 ? 2 : 1 }, 10 + seed, async () => {
      begun += 1;
      if (begun === 20) resolve();
    }),
  );
  await under;
  await cluster.instance(TinyEngine, 1).kill();
  open();
  for (const [seed, chunks] of (await Promise.all(streams)).entries()) {
    expect(wholeChat(chunks).content).toBe(unbroken(120, seed));
    if (seed % 4 === 0) expect(wholeChat(chunks, 1).content).toBe(unbroken(120, seed + 1));
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(seed % 4 === 0 ? 240 : 120);
  }
  // 25 answers; those of one engine of three have gone on.
  expect(engines.flatMap(({ requests }) => requests).length).toBeGreaterThan(30);
});
