import { afterAll, beforeAll, expect, test } from "bun:test";

import { BadRequestError, InternalServerError, NotFoundError, RateLimitError } from "openai";

import { metric } from "./metric.ts";
import { serveFrontend, streams } from "./stand-in.ts";
import { halfRequest } from "./half-request.ts";

let served: Awaited<ReturnType<typeof serveFrontend>>;
beforeAll(async () => {
  served = await serveFrontend({ maxBodyBytes: 100_000, bodyTimeoutMs: 100 });
});
afterAll(() => served.serving.stop());

const CHAT = "/v1/chat/completions";
const MESSAGE = { role: "user", content: "a b" } as const;
const chat = (more: object) => JSON.stringify({ model: "echo", messages: [MESSAGE], ...more });
const send = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${served.url}${path}`, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });

interface Refusal {
  error: { message: string; type: string; param: string | null; code: string | null };
}

/** Lists in lists. */
const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

test.each<[string, string, string | Uint8Array<ArrayBuffer>, number, string | null, string | null, string]>([
  ["no model", CHAT, '{"messages":[]}', 400, "model", "invalid_value", "model: expected a string, got nothing"],
  ["no messages", CHAT, chat({ messages: [] }), 400, "messages", "invalid_value", "messages: expected"],
  [
    "a wrong role",
    CHAT,
    chat({ messages: [MESSAGE, { ...MESSAGE, role: "boss" }] }),
    400,
    "messages[1].role",
    "invalid_value",
    "messages[1].role: ",
  ],
  [
    "a wrong type",
    CHAT,
    chat({ messages: [{ ...MESSAGE, content: 5 }] }),
    400,
    "messages[0].content",
    "invalid_value",
    "messages[0].content: ",
  ],
  ["too hot", CHAT, chat({ temperature: 3 }), 400, "temperature", "invalid_value", "temperature: "],
  ["too many", CHAT, chat({ n: 1000 }), 400, "n", "invalid_value", "n: "],
  [
    "options without a stream",
    CHAT,
    chat({ stream_options: { include_usage: true } }),
    400,
    "stream_options",
    "invalid_value",
    "stream_options: ",
  ],
  ["a list", CHAT, "[]", 400, null, "invalid_value", "expected an object, got a list of 0"],
  ["no JSON", CHAT, '{"model":', 400, null, "invalid_json", "The body is not JSON: "],
  ["nothing", CHAT, "", 400, null, "invalid_json", "The body is empty"],
  ["no UTF-8", CHAT, Uint8Array.of(0x22, 0xff, 0x22), 400, null, "invalid_json", "The body is not UTF-8."],
  [
    "a half character",
    CHAT,
    chat({}).replace("a b", "\\ud800"),
    400,
    "messages[0].content",
    "invalid_value",
    "messages[0]",
  ],
  ["deep JSON", CHAT, chat({ tools: [] }).replace("[]", deep(200)), 400, null, "invalid_value", "tools"],
  ["very deep JSON", CHAT, deep(50_000), 400, null, "invalid_value", "expected an object"],
  ["deep JSON without an end", CHAT, "[".repeat(99_000), 400, null, "invalid_json", "The body is not JSON: "],
  [
    "a huge prompt",
    CHAT,
    chat({ messages: [{ ...MESSAGE, content: "x".repeat(100_001) }] }),
    413,
    null,
    "payload_too_large",
    "The body is larger than 100000 bytes.",
  ],
  ["no prompt", "/v1/completions", '{"model":"echo"}', 400, "prompt", "invalid_value", "prompt: "],
  [
    "a wrong form",
    "/v1/embeddings",
    '{"model":"echo","input":"a","encoding_format":"x"}',
    400,
    "encoding_format",
    "invalid_value",
    "encoding_format: ",
  ],
  ["an unknown model", CHAT, chat({ model: "missing" }), 404, "model", "model_not_found", "No such model."],
  [
    "an unknown path",
    "/v1/chat",
    "{}",
    404,
    null,
    "unknown_url",
    "There is no POST /v1/chat; there are /v1/chat/completions,",
  ],
  ["a path that only gives", "/v1/models", "{}", 405, null, "method_not_allowed", "/v1/models takes GET, not POST."],
  ["full engines", CHAT, chat({ model: "full" }), 529, null, "overloaded", "All engines are busy."],
  ["no engines", CHAT, chat({ model: "none" }), 503, null, "no_instances", "There is no engine."],
  ["a late engine", CHAT, chat({ model: "late" }), 504, null, "deadline_exceeded", "The engine took too long."],
  [
    "a defect",
    CHAT,
    chat({ model: "throws" }),
    500,
    null,
    "internal",
    "The server failed; its log has the reason under the request mine.",
  ],
  [
    "an answer without an end",
    CHAT,
    chat({ model: "ends" }),
    502,
    null,
    "unknown_outcome",
    "The answer broke off before its end.",
  ],
])("%s is refused", async (_what, path, body, status, param, code, message) => {
  const response = await send(path, body, { "x-request-id": "mine" });
  const { error } = (await response.json()) as Refusal;
  expect([response.status, error.code]).toEqual([status, code]);
  if (param !== null) expect(error.param).toBe(param);
  expect(error.message).toStartWith(message);
  expect(Object.keys(error).toSorted()).toEqual(["code", "message", "param", "type"]);
  expect(response.headers.get("x-request-id")).toBe("mine");
  expect(error.message).not.toContain("secret");
});

test("a stream that fails before its first part has the status of its failure, and says when to come back", async () => {
  const response = await send(CHAT, chat({ model: "full", stream: true }));
  expect([response.status, response.headers.get("retry-after"), response.headers.get("retry-after-ms")]).toEqual([
    529,
    "3",
    "2500",
  ]);
  expect(((await response.json()) as Refusal).error.type).toBe("overloaded_error");
});

test("the client knows the errors by their classes", async () => {
  const { client } = served;
  const fails = (model: string, more: object = {}) =>
    client.chat.completions.create({ model, messages: [MESSAGE], ...more }).catch((error: unknown) => error);
  expect(await fails("missing")).toBeInstanceOf(NotFoundError);
  expect(await fails("echo", { n: 0 })).toBeInstanceOf(BadRequestError);
  expect(await fails("full")).toBeInstanceOf(InternalServerError);
});

test("the allowed method, other media, and codings are said", async () => {
  const wrong = await fetch(`${served.url}${CHAT}`);
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
  const statuses = [
    await send(CHAT, chat({}), { "content-type": "text/plain" }),
    await send(CHAT, chat({}), { "content-encoding": "gzip" }),
    await send(CHAT, chat({}), { "content-type": "application/json; charset=utf-8" }),
  ].map(({ status }) => status);
  expect(statuses).toEqual([415, 415, 200]);
});

test("a body that comes too slowly, and one that never ends, are given up", async () => {
  const slow = await halfRequest(served.url, CHAT, { "content-length": "1000" }, ['{"model"', ":"]);
  expect(slow).toStartWith("HTTP/1.1 408 ");
  expect(slow).toContain('"code":"request_timeout"');
  const chunk = `${(50_000).toString(16)}\r\n${" ".repeat(50_000)}\r\n`;
  const endless = await halfRequest(served.url, CHAT, { "transfer-encoding": "chunked" }, [chunk, chunk, chunk]);
  expect(endless).toStartWith("HTTP/1.1 413 ");
});

test("more requests than there may be are told to come back", async () => {
  const few = await serveFrontend({ maxRequests: 1 });
  try {
    const controller = new AbortController();
    const { begun } = streams;
    const held = few.client.chat.completions
      .create({ model: "silent", messages: [MESSAGE] }, { signal: controller.signal })
      .catch(() => "aborted");
    while (streams.begun === begun) await new Promise(setImmediate);
    const refused: unknown = await few.client.models
      .list()
      .then(() =>
        few.client.chat.completions.create({ model: "echo", messages: [MESSAGE] }).catch((error: unknown) => error),
      );
    expect(refused).toBeInstanceOf(RateLimitError);
    expect(refused).toMatchObject({ code: "rate_limit_exceeded", type: "rate_limit_error" });
    controller.abort();
    await held;
    while (streams.open > 0) await new Promise(setImmediate);
    while ((await metric(few.url, "dynamo_frontend_inflight_requests")) > 0) await new Promise(setImmediate);
    const again = await few.client.chat.completions.create({ model: "echo", messages: [MESSAGE] });
    expect(again.choices[0]?.message.content).toBe("a b");
  } finally {
    await few.serving.stop();
  }
});

test("an answer that takes too long is ended with 504", async () => {
  const hasty = await serveFrontend({ timeoutMs: 50 });
  try {
    const late = await hasty.client.chat.completions
      .create({ model: "silent", messages: [MESSAGE] })
      .catch((error: unknown) => error);
    expect(late).toMatchObject({ status: 504, code: "deadline_exceeded" });
    while (streams.open > 0) await new Promise(setImmediate);
  } finally {
    await hasty.serving.stop();
  }
});

test("is healthy when it reaches a processor", async () => {
  const { url } = served;
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "healthy", models: ["echo", "group/echo"] });
});

test("counts what it does, under names that dashboards know", async () => {
  const { url, client } = served;
  await client.chat.completions.create({ model: "echo", messages: [MESSAGE] });
  const rows = ['model="echo"', 'endpoint="chat_completions"'];
  expect(await metric(url, "dynamo_frontend_requests_total", ...rows, 'code="200"')).toBeGreaterThan(0);
  expect(await metric(url, "dynamo_frontend_requests_total", 'model="unknown"', 'code="404"')).toBeGreaterThan(0);
  expect(await metric(url, "dynamo_frontend_time_to_first_token_seconds_count", ...rows)).toBeGreaterThan(0);
  expect(await metric(url, "dynamo_frontend_inter_token_latency_seconds_count", ...rows)).toBeGreaterThan(0);
  expect(await metric(url, "dynamo_frontend_output_sequence_tokens_sum", ...rows)).toBeGreaterThan(0);
  expect(await metric(url, "dynamo_frontend_inflight_requests")).toBe(0);
  expect(await metric(url, "stator_javascript_heap_bytes")).toBeGreaterThan(0);
});
