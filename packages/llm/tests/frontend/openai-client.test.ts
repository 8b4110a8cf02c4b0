import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import type OpenAI from "openai";

import { metric } from "./metric.ts";
import { serveFrontend, streams } from "./stand-in.ts";

let served: Awaited<ReturnType<typeof serveFrontend>>;
beforeAll(async () => {
  served = await serveFrontend();
});
afterAll(() => served.serving.stop());

const TEXT = "Grüezi 世界 🦀 and more";
const ask = (model: string, content = TEXT) => ({ model, messages: [{ role: "user" as const, content }] });

describe("a chat", () => {
  test("in one piece", async () => {
    const { data, request_id } = await served.client.chat.completions
      .create(ask("echo"), { headers: { "x-request-id": "mine-1" } })
      .withResponse();
    expect(request_id).toBe("mine-1");
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      id: "chatcmpl-mine-1",
      object: "chat.completion",
      created: 1_700_000_000,
      model: "echo",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: TEXT, refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: {
        prompt_tokens: 7,
        completion_tokens: 5,
        total_tokens: 12,
        prompt_tokens_details: { cached_tokens: 4 },
      },
    });
  });

  test("as a stream, with and without the usage", async () => {
    for (const withUsage of [true, false]) {
      const stream = await served.client.chat.completions.create({
        ...ask("echo"),
        stream: true,
        ...(withUsage ? { stream_options: { include_usage: true } } : {}),
      });
      const parts: OpenAI.ChatCompletionChunk[] = [];
      for await (const part of stream) parts.push(part);
      expect(parts.map((part) => part.choices[0]?.delta.content ?? "").join("")).toBe(TEXT);
      expect(parts[0]?.id).toStartWith("chatcmpl-");
      expect(parts[0]?.choices).toEqual([
        { index: 0, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null } as never,
      ]);
      const finished = parts.findIndex((part) => part.choices[0]?.finish_reason === "stop");
      expect(parts[finished]?.choices[0]?.delta).toEqual({});
      expect(parts.slice(finished + 1).map(({ choices, usage }) => [choices, usage?.total_tokens])).toEqual(
        withUsage ? [[[], 12]] : [],
      );
      expect(parts.slice(0, finished).every((part) => (withUsage ? part.usage === null : !("usage" in part)))).toBe(
        true,
      );
    }
  });

  test("with several answers and logprobs, which are the same either way", async () => {
    const body = { ...ask("echo", "one two"), n: 3, logprobs: true, top_logprobs: 0 };
    const whole = await served.client.chat.completions.create(body);
    expect(whole.choices.map(({ index, message }) => [index, message.content])).toEqual([
      [0, "one two"],
      [1, "one two"],
      [2, "one two"],
    ]);
    const likely = (whole.choices[1]?.logprobs?.content ?? []).map(({ token, bytes }) => [token, bytes?.length]);
    expect(likely).toEqual([
      ["one ", 4],
      ["two", 3],
    ]);
    const put = await served.client.chat.completions.stream(body).finalChatCompletion();
    expect(put.choices.map(({ message, logprobs }) => [message.content, logprobs?.content])).toEqual(
      whole.choices.map(({ message, logprobs }) => [message.content, logprobs?.content]) as never,
    );
  });

  test("with calls of tools", async () => {
    const whole = await served.client.chat.completions.create(ask("tools"));
    const [choice] = whole.choices;
    expect(JSON.parse(JSON.stringify(choice))).toEqual({
      index: 0,
      message: {
        role: "assistant",
        content: null,
        refusal: null,
        reasoning_content: "I need a tool.",
        tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Bern"}' } }],
      },
      logprobs: null,
      finish_reason: "tool_calls",
    });
    const put = await served.client.chat.completions.stream(ask("tools")).finalMessage();
    expect(put.tool_calls?.[0]).toMatchObject({ function: { name: "weather", arguments: '{"city":"Bern"}' } });
  });
});

test("a completion, in one piece and as a stream", async () => {
  const { client } = served;
  const whole = await client.completions.create({ model: "echo", prompt: "a b", logprobs: 1 });
  expect(whole.id).toStartWith("cmpl-");
  expect(whole.choices).toEqual([
    {
      text: "ab",
      index: 0,
      logprobs: {
        tokens: ["a", "b"],
        token_logprobs: [0, -1],
        top_logprobs: [{ a: 0 }, { b: -1 }],
        text_offset: [0, 1],
      },
      finish_reason: "length",
    },
  ]);
  expect(whole.usage?.total_tokens).toBe(3);
  let text = "";
  const options = { stream: true, stream_options: { include_usage: true } } as const;
  let total = 0;
  for await (const part of await client.completions.create({ model: "echo", prompt: "a b", ...options })) {
    text += part.choices[0]?.text ?? "";
    total += part.usage?.total_tokens ?? 0;
  }
  expect([text, total]).toEqual(["ab", 3]);
});

test("embeddings, as numbers and packed, as the client asks for by itself", async () => {
  const body = { model: "echo", input: "a text" };
  for (const encoding_format of [undefined, "float"] as const) {
    const { data, usage } = await served.client.embeddings.create({
      ...body,
      ...(encoding_format === undefined ? {} : { encoding_format }),
    });
    expect([data[0]?.embedding, usage.total_tokens]).toEqual([[0.5, -1.25, 3], 3]);
  }
});

test("models", async () => {
  const { client } = served;
  const models: OpenAI.Model[] = [];
  for await (const model of client.models.list()) models.push(model);
  expect(models.map(({ id }) => id)).toEqual(["echo", "group/echo"]);
  expect(models[0]).toEqual({ id: "echo", object: "model", created: 1, owned_by: "stator" });
  expect(await client.models.retrieve("group/echo")).toMatchObject({ id: "group/echo", max_model_len: 4096 });
  expect((await fetch(`${served.url}/v1/models/group/echo`)).status).toBe(200);
  expect(await client.models.retrieve("other").catch((error: unknown) => error)).toMatchObject({
    status: 404,
    code: "model_not_found",
    param: "model",
  });
});

test("a stream that fails after it has begun ends with the error, which the client throws", async () => {
  const parts: string[] = [];
  const read = async () => {
    const stream = await served.client.chat.completions.create({ ...ask("breaks", "a b"), stream: true });
    for await (const part of stream) parts.push(part.choices[0]?.delta.content ?? "");
  };
  expect(await read().catch((error: unknown) => error)).toMatchObject({
    code: "unavailable",
    type: "server_error",
    message: "The worker has gone.",
  });
  expect(parts).toEqual(["", "a ", "b"]);
  const raw = await fetch(`${served.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ ...ask("breaks"), stream: true }),
  });
  expect(await raw.text()).not.toContain("[DONE]");
});

test("a client that leaves ends the stream of the processor", async () => {
  const controller = new AbortController();
  const { url, client } = served;
  const before = await metric(url, "dynamo_frontend_disconnected_clients");
  const { begun } = streams;
  const stream = await client.chat.completions.create(
    { ...ask("endless"), stream: true },
    { signal: controller.signal },
  );
  let seen = 0;
  for await (const part of stream) {
    seen += part.choices.length;
    if (seen === 20) break;
  }
  const silent = client.chat.completions.create(ask("silent"), { signal: controller.signal }).catch(() => "aborted");
  while (streams.begun < begun + 2) await new Promise(setImmediate);
  controller.abort();
  expect(await silent).toBe("aborted");
  while (streams.open > 0) await new Promise(setImmediate);
  while ((await metric(url, "dynamo_frontend_inflight_requests")) > 0) await new Promise(setImmediate);
  expect((await metric(url, "dynamo_frontend_disconnected_clients")) - before).toBe(2);
});
