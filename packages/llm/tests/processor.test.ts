import { expect, setDefaultTimeout, test } from "bun:test";

import { graph } from "@stator/sdk";
import { type TestCluster, testCluster } from "@stator/sdk/testing";

import {
  EMBEDDING_ANNOTATION,
  EmbeddingRequest,
  MOCK_MODEL_FOLDER,
  modelCardOf,
  Processor,
  registerModel,
  RequestRefusedError,
} from "@stator/llm";

import { chat, completion, wholeChat, wholeText } from "./support/ask.ts";
import { engineStep } from "../src/engine/engine-step.ts";
import { CONTEXT, eosTokenIds, MODEL, TinyEngine, tokenizer, tokensOf } from "./support/tiny-engine.ts";

// Where all cores are busy with something else, starting a cluster takes seconds.
setDefaultTimeout(60_000);

const started = () => testCluster(graph(Processor).link(TinyEngine));

function engineOf(cluster: TestCluster): TinyEngine {
  return cluster.instance(TinyEngine).service;
}

/** One step for each token of a text. */
async function stepsOf(text: string): Promise<ReturnType<typeof engineStep>[]> {
  return (await tokenizer.encode(text, false)).map((id) => engineStep({ token_ids: [id] }));
}

const EOS = engineStep({ token_ids: [eosTokenIds[0] ?? 0], finish_reason: "eos" });

test("a chat is a stream of parts whose text is that of the engine's tokens, and then the usage", async () => {
  await using cluster = await started();
  const chunks = await Array.fromAsync(cluster.client(Processor).chat(chat({ max_tokens: 300, seed: 7 })));
  const asked = engineOf(cluster).requests[0];
  const prompt = asked?.token_ids ?? [];
  expect(tokenizer.decode(prompt, false)).toBe("<|im_start|>user\nHi 你<|im_end|>\n<|im_start|>assistant\n");
  expect(wholeChat(chunks)).toMatchObject({
    content: tokenizer.decode(tokensOf(prompt, 300, 7n), true),
    finish: "length",
  });
  expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
  expect(chunks.slice(1).every(({ choices }) => choices[0]?.delta.role !== "assistant")).toBe(true);
  expect(chunks.at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: prompt.length, completion_tokens: 300, total_tokens: prompt.length + 300 },
  });
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
});

test("what a request says reaches the engine", async () => {
  await using cluster = await started();
  const client = cluster.client(Processor);
  const given = {
    temperature: 0.5,
    top_p: 0.9,
    seed: 3,
    stop: ["x", "y"],
    presence_penalty: 1,
    logit_bias: { "5": -100 },
  };
  const more = { top_k: 4, min_p: 0.1, ignore_eos: true, min_tokens: 2, repetition_penalty: 1.1, nvext: { top_k: 9 } };
  engineOf(cluster).script = [EOS];
  const form = { response_format: { type: "json_object" } };
  await Array.fromAsync(client.chat(chat({ ...given, ...more, ...form, max_tokens: 5, max_completion_tokens: 4 })));
  await Array.fromAsync(client.completion(completion("a", { stop: "z", logprobs: 2, nvext: { priority: 3 } })));
  const [first, second] = engineOf(cluster).requests;
  expect(first).toMatchObject({
    model: MODEL,
    eos_token_ids: eosTokenIds,
    stop_conditions: { max_tokens: 4, stop: ["x", "y"], ignore_eos: true, min_tokens: 2 },
    sampling_options: {
      n: 1,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 4,
      min_p: 0.1,
      presence_penalty: 1,
      seed: 3n,
      guided_decoding: { json: { type: "object" } },
    },
    output_options: { logprobs: null },
    extra_args: { logit_bias: { "5": -100 } },
  });
  expect(second).toMatchObject({
    token_ids: await tokenizer.encode("a", true),
    stop_conditions: { stop: ["z"], max_tokens: CONTEXT - 1 },
    output_options: { logprobs: 2 },
    routing: { priority: 3 },
  });
});

test("an answer ends before a stop text that several tokens make, and the engine is told", async () => {
  await using cluster = await started();
  const engine = engineOf(cluster);
  const client = cluster.client(Processor);
  for (const stop of ["世界", "👩‍👩‍👧 is", "how are", "!"]) {
    const chunks = await Array.fromAsync(client.chat(chat({ seed: 1, max_tokens: 4000, stop })));
    const whole = tokenizer.decode(tokensOf(engine.requests.at(-1)?.token_ids ?? [], 200, 1n), true);
    expect({ stop, ...wholeChat(chunks) }).toMatchObject({
      stop,
      content: whole.slice(0, whole.indexOf(stop)),
      finish: "stop",
    });
    await cluster.until(() => engine.running === 0);
  }
  const shown = await Array.fromAsync(
    client.chat(chat({ seed: 1, max_tokens: 500, stop: "世界", include_stop_str_in_output: true })),
  );
  expect(wholeChat(shown).content).toEndWith("世界");
});

test("an engine that writes text itself is read the same way", async () => {
  await using cluster = await started();
  const engine = engineOf(cluster);
  const usage = { prompt_tokens: 9, completion_tokens: 6, total_tokens: 15, completion_tokens_details: null };
  const completion_usage = { ...usage, prompt_tokens_details: { cached_tokens: 4 } };
  engine.script = [
    engineStep({ text: "one t" }),
    engineStep({ text: "wo thr" }),
    engineStep({ text: "ee", finish_reason: "eos", completion_usage }),
  ];
  const client = cluster.client(Processor);
  const stopped = await Array.fromAsync(client.completion(completion("a", { stop: "two" })));
  expect(wholeText(stopped)).toEqual({ text: "one ", finish: "stop" });
  const whole = await Array.fromAsync(client.completion(completion("count to three", { stop: "four" })));
  expect(wholeText(whole)).toEqual({ text: "one two three", finish: "stop" });
  expect(whole.at(-1)?.usage).toMatchObject({ completion_tokens: 6, prompt_tokens_details: { cached_tokens: 4 } });
});

test("the model's own end and stop tokens are not shown; neither ends an answer before min_tokens", async () => {
  await using cluster = await started();
  const engine = engineOf(cluster);
  const client = cluster.client(Processor);
  engine.script = [
    ...(await stepsOf("Hi")),
    engineStep({ token_ids: EOS.token_ids }),
    ...(await stepsOf(" there")),
    EOS,
  ];
  const one = await Array.fromAsync(client.chat(chat()));
  expect(wholeChat(one)).toMatchObject({ content: "Hi", finish: "stop" });
  const [there = 0] = await tokenizer.encode(" there", false);
  const count = engine.script.length;
  const asked = { ignore_eos: true, stop_token_ids: [there], min_tokens: count };
  expect(wholeChat(await Array.fromAsync(client.chat(chat(asked))))).toMatchObject({ content: "Hi there" });
  const cut = await Array.fromAsync(client.chat(chat({ ...asked, min_tokens: 0 })));
  expect(wholeChat(cut)).toMatchObject({ content: "Hi", finish: "stop" });
});

test("an engine that says more than it may is cut", async () => {
  await using cluster = await started();
  engineOf(cluster).script = [engineStep({ token_ids: await tokenizer.encode("one two three four five six", false) })];
  const chunks = await Array.fromAsync(cluster.client(Processor).chat(chat({ max_tokens: 2 })));
  expect(wholeChat(chunks).finish).toBe("length");
  expect(chunks.at(-1)?.usage?.completion_tokens).toBe(2);
});

test("several answers come side by side, each with a seed of its own", async () => {
  await using cluster = await started();
  const client = cluster.client(Processor);
  const prompts = ["one", "two"];
  const parts = await Array.fromAsync(client.completion(completion(prompts, { n: 3, max_tokens: 40, seed: 5 })));
  let prompt = 0;
  for (const text of prompts) {
    const ids = await tokenizer.encode(text, true);
    prompt += ids.length;
    for (let answer = 0; answer < 3; answer++) {
      const expected = tokenizer.decode(tokensOf(ids, 40, 5n + BigInt(answer)), true);
      expect(wholeText(parts, prompts.indexOf(text) * 3 + answer)).toEqual({ text: expected, finish: "length" });
    }
  }
  expect(parts.at(-1)?.usage).toMatchObject({ prompt_tokens: prompt, completion_tokens: 240 });
});

test("prompts may be tokens, and may come back", async () => {
  await using cluster = await started();
  const client = cluster.client(Processor);
  const ids = await tokenizer.encode("Once upon a 世", false);
  const one = await Array.fromAsync(client.completion(completion(ids, { max_tokens: 3, echo: true })));
  expect(wholeText(one).text).toBe(`Once upon a 世${tokenizer.decode(tokensOf(ids, 3, null), true)}`);
  await Array.fromAsync(client.completion(completion([ids, ids], { max_tokens: 1 })));
  expect(engineOf(cluster).requests.map(({ token_ids: each }) => each)).toEqual([ids, ids, ids]);
});

function bytesOf(entries: readonly { readonly bytes: readonly number[] | null }[]): string {
  return Buffer.from(entries.flatMap(({ bytes }) => bytes ?? [])).toString();
}

/** The engine begins and ends where it wants, also within a character. */
function wholeCharacters(text: string): string {
  return text.replaceAll("\ufffd", "");
}

test("probabilities come with the text that they belong to", async () => {
  await using cluster = await started();
  const client = cluster.client(Processor);
  const asked = { max_tokens: 60, seed: 1, logprobs: true, top_logprobs: 1 };
  const chunks = await Array.fromAsync(client.chat(chat(asked)));
  const entries = chunks.flatMap(({ choices }) => choices[0]?.logprobs?.content ?? []);
  expect(wholeCharacters(bytesOf(entries))).toBe(wholeCharacters(wholeChat(chunks).content));
  expect(entries).toHaveLength(60);
  expect(entries[0]).toMatchObject({ logprob: -0.5, top_logprobs: [{ logprob: -0.5, token: entries[0]?.token }] });

  const stopped = await Array.fromAsync(client.chat(chat({ ...asked, stop: "世界" })));
  const shown = stopped.flatMap(({ choices }) => choices[0]?.logprobs?.content ?? []);
  expect(wholeCharacters(bytesOf(shown))).toBe(wholeCharacters(wholeChat(stopped).content));

  const parts = await Array.fromAsync(client.completion(completion("Hi", { max_tokens: 9, logprobs: 1, seed: 1 })));
  const { text } = wholeText(parts);
  const all = parts.flatMap(({ choices }) => choices[0]?.logprobs ?? []);
  const tokens = all.flatMap((each) => each.tokens);
  const offsets = all.flatMap((each) => each.text_offset);
  expect(offsets[0]).toBe(0);
  expect(tokens).toHaveLength(9);
  expect(text.startsWith(tokens[0] ?? "?")).toBe(true);
});

test("calls of tools and thoughts are told from the text, wherever the tokens are cut", async () => {
  await using cluster = await started();
  const engine = engineOf(cluster);
  const client = cluster.client(Processor);
  const call = '<tool_call>\n{"name": "weather", "arguments": {"city": "北京"}}\n</tool_call>';
  const broken = "<tool_call>not json</tool_call>";
  engine.script = [...(await stepsOf(`<think>\nHm 😀\n</think>\n\nLet me see. ${call}\n${call} ${broken}`)), EOS];
  const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }];
  const chunks = await Array.fromAsync(client.chat(chat({ tools })));
  const named = { type: "function", function: { name: "weather", arguments: '{"city":"北京"}' } };
  expect(wholeChat(chunks)).toMatchObject({
    reasoning: "\nHm 😀\n",
    content: `Let me see.  ${broken}`,
    calls: [
      { ...named, index: 0 },
      { ...named, index: 1 },
    ],
    finish: "tool_calls",
  });
  // Without tools nobody calls any.
  const plain = wholeChat(await Array.fromAsync(client.chat(chat())));
  expect(plain).toMatchObject({ calls: [], finish: "stop" });
  expect(plain.content).toContain(call);
});

test("a tool that has to be called gets the whole answer as its arguments", async () => {
  await using cluster = await started();
  const engine = engineOf(cluster);
  engine.script = [...(await stepsOf('{"city": "Paris"}')), EOS];
  const parameters = { type: "object", properties: { city: { type: "string" } } };
  const tools = [{ type: "function", function: { name: "weather", parameters } }];
  const choice = { type: "function", function: { name: "weather" } };
  const chunks = await Array.fromAsync(cluster.client(Processor).chat(chat({ tools, tool_choice: choice })));
  const pieces = wholeChat(chunks).calls as { function: { name?: string; arguments: string } }[];
  expect(pieces[0]?.function.name).toBe("weather");
  expect(pieces.map((each) => each.function.arguments).join("")).toBe('{"city": "Paris"}');
  expect(engine.requests[0]?.sampling_options.guided_decoding?.json).toEqual(parameters);
});

test("a caller who leaves frees the engine", async () => {
  await using cluster = await started();
  const engine = engineOf(cluster);
  engine.pauseMs = 1;
  for (const n of [1, 4]) {
    for await (const _ of cluster.client(Processor).chat(chat({ n, max_tokens: 4000 }))) break;
    await cluster.until(() => engine.running === 0 && engine.requests.length > 0);
  }
});

test("what an engine says of its failure is the request's failure, and ends the other answers", async () => {
  await using cluster = await started();
  const engine = engineOf(cluster);
  engine.script = [engineStep({ token_ids: [1] }), engineStep({ finish_reason: { error: "out of memory" } })];
  const failing = Array.fromAsync(cluster.client(Processor).chat(chat({ n: 3 })));
  expect(failing).rejects.toMatchObject({ code: "internal", message: expect.stringContaining("out of memory") });
  await cluster.until(() => engine.running === 0);
});

test("a request that is wrong is refused with its field", async () => {
  await using cluster = await started();
  const client = cluster.client(Processor);
  const long = "word ".repeat(CONTEXT);
  const image = { type: "image_url", image_url: { url: "data:" } };
  const refusals: [Parameters<typeof chat>[0], number, string, string | null][] = [
    [{ model: "other" }, 404, "model", "model_not_found"],
    [{ messages: [{ role: "user", content: long }] }, 400, "messages", "context_length_exceeded"],
    [{ messages: [{ role: "user", content: long.repeat(60) }] }, 400, "messages", "context_length_exceeded"],
    [{ max_tokens: CONTEXT }, 400, "messages", "context_length_exceeded"],
    [{ messages: [{ role: "user", content: [image] }] }, 400, "messages[0].content[0].type", null],
    [{ top_k: "many" }, 400, "top_k", null],
    [{ stop: [""] }, 400, "stop", null],
    [{ top_logprobs: 2 }, 400, "top_logprobs", null],
    [{ min_tokens: 5, max_tokens: 4 }, 400, "min_tokens", null],
    [{ response_format: { type: "xml" } }, 400, "response_format.type", null],
    [{ response_format: { type: "json_object" }, guided_regex: "a+" }, 400, "response_format", null],
    [{ tool_choice: { type: "function", function: { name: "none" } } }, 400, "tool_choice", null],
    [{ continue_final_message: true }, 400, "continue_final_message", null],
    [{ nvext: 5 }, 400, "nvext", null],
  ];
  for (const [given, status, param, code] of refusals) {
    const error: unknown = await Array.fromAsync(client.chat(chat(given))).catch((caught: unknown) => caught);
    if (!RequestRefusedError.is(error)) throw new Error("not refused");
    expect(error.value).toMatchObject({ status, error: { type: "invalid_request_error", param, code } });
  }
  const completions: [Parameters<typeof completion>, string][] = [
    [["", {}], "prompt"],
    [[[], {}], "prompt"],
    [[[70_000], {}], "prompt"],
    [["a", { best_of: 3 }], "best_of"],
    [["a", { suffix: "b" }], "suffix"],
    [["a", { max_tokens: CONTEXT }], "prompt"],
    [["a", { echo: true, logprobs: 1 }], "echo"],
    [[Array.from({ length: 100 }, () => "a"), { n: 100 }], "n"],
  ];
  for (const [given, param] of completions) {
    const error: unknown = await Array.fromAsync(client.completion(completion(...given))).catch(
      (caught: unknown) => caught,
    );
    if (!RequestRefusedError.is(error)) throw new Error(`${param} was not refused: ${String(error)}`);
    expect(error.value).toMatchObject({ status: 400, error: { param } });
  }
  expect(engineOf(cluster).requests).toHaveLength(0);
});

test("models are listed, and make embeddings only if they say so", async () => {
  await using cluster = await started();
  const client = cluster.client(Processor);
  expect(await client.models()).toMatchObject({
    object: "list",
    data: [{ id: MODEL, object: "model", max_model_len: CONTEXT }],
  });
  const input = ["Hello", "你好"];
  const error: unknown = await client
    .embeddings(EmbeddingRequest.parse({ model: MODEL, input }))
    .catch((caught: unknown) => caught);
  expect(RequestRefusedError.is(error) && error.value).toMatchObject({ status: 404 });

  const engine = cluster.instance(TinyEngine);
  const card = await modelCardOf({ name: "vectors", folder: MOCK_MODEL_FOLDER, model_type: "Embedding" });
  await using _ = await registerModel(engine.runtime, "llm.engine.generate", card);
  engine.service.script = [engineStep({ engine_data: { embedding: [0.5, -1] }, finish_reason: "stop" })];
  await cluster.until(async () => (await client.models()).data.length === 2);
  const tokens = (await Promise.all(input.map((text) => tokenizer.encode(text, true)))).flat().length;
  const floats = await client.embeddings(EmbeddingRequest.parse({ model: "vectors", input }));
  expect(floats).toMatchObject({
    data: [
      { index: 0, embedding: [0.5, -1] },
      { index: 1, embedding: [0.5, -1] },
    ],
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
  expect(engine.service.requests.map(({ annotations }) => annotations)).toEqual([
    [EMBEDDING_ANNOTATION],
    [EMBEDDING_ANNOTATION],
  ]);
  const packed = await client.embeddings(
    EmbeddingRequest.parse({ model: "vectors", input: "a", encoding_format: "base64" }),
  );
  const bytes = Buffer.from(String(packed.data[0]?.embedding), "base64");
  expect([bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([0.5, -1]);
});
