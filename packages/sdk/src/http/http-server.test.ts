import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { z } from "zod";

import { api, type Context, declareError, serve, service, StatorError } from "../index.ts";
import type { Serving } from "../index.ts";

const Words = z.object({ text: z.string() });
type Words = z.infer<typeof Words>;
const Item = z.object({ id: z.string(), size: z.string().optional() });

const QuotaError = declareError("QuotaError", z.object({ left: z.bigint() }), ({ left }) => ({
  httpStatus: left === 0n ? 429 : undefined,
}));

/** What happened to the streams that tests leave early. */
let left = Promise.withResolvers<string[]>();

@service({ namespace: "http" })
class Frontend {
  @api({ path: "/words", input: Words, output: z.object({ word: z.string() }) })
  async *words(request: Words): AsyncGenerator<{ word: string }> {
    for (const word of request.text.split(" ")) {
      if (word === "throw") throw new TypeError("cannot go on");
      if (word === "full") throw new StatorError("overloaded", "The queue is full.");
      yield { word };
    }
  }

  @api({ path: "/sse", input: Words, format: "sse" })
  async *sse(request: Words): AsyncGenerator<string> {
    yield* request.text.split(" ");
  }

  @api({ method: "GET", path: "/items/:id", input: Item })
  async item(request: z.infer<typeof Item>): Promise<object> {
    return { ...request, exact: 2n ** 64n - 1n };
  }

  @api({ method: "PUT", path: "/items/:id" })
  async put(request: object): Promise<object> {
    return request;
  }

  @api({ path: "/endless", input: z.object({ everyMs: z.number().optional() }) })
  async *endless(request: { everyMs?: number | undefined }, context: Context): AsyncGenerator<number> {
    const events: string[] = [];
    context.signal.addEventListener("abort", () => events.push("signal"));
    try {
      for (let n = 0; ; n++) {
        yield n;
        if (request.everyMs !== undefined) await Bun.sleep(request.everyMs);
      }
    } finally {
      events.push("finally");
      left.resolve(events);
    }
  }

  @api({ path: "/quota/:left", method: "GET", error: QuotaError })
  async quota(request: { left: string }): Promise<never> {
    throw QuotaError.error({ left: BigInt(request.left) });
  }

  @api({ path: "/silent", timeoutMs: 20 })
  async silent(_request: unknown): Promise<never> {
    return new Promise(() => undefined);
  }
}

let serving: Serving;
beforeAll(async () => {
  const http = { port: 0, maxBodyBytes: 1000 };
  serving = await serve(Frontend, { http, runtime: { discovery: "memory" }, signals: false });
});
afterAll(() => serving.stop());

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${serving.url}${path}`, { method: "POST", body, headers });
const errorOf = async (response: Response) => ((await response.json()) as { error: Record<string, unknown> }).error;

describe("a stream", () => {
  test("is one JSON document a line, or server-sent events where they are asked for", async () => {
    const lines = await post("/words", '{"text":"a b"}');
    expect(lines.headers.get("content-type")).toBe("application/x-ndjson");
    expect(await lines.text()).toBe('{"word":"a"}\n{"word":"b"}\n');
    const events = await post("/words", '{"text":"a b"}', { accept: "text/event-stream, */*" });
    expect(events.headers.get("content-type")).toBe("text/event-stream");
    expect(await events.text()).toBe('data: {"word":"a"}\n\ndata: {"word":"b"}\n\n');
    const always = await post("/sse", '{"text":"a"}', { accept: "application/x-ndjson" });
    expect(await always.text()).toBe('data: "a"\n\n');
  });

  test("that fails before its first item has the status of the failure", async () => {
    const internal = await post("/words", '{"text":"throw"}');
    expect(internal.status).toBe(500);
    expect(await errorOf(internal)).toMatchObject({ code: "internal", message: "cannot go on", retryable: false });
    const overloaded = await post("/words", '{"text":"full"}');
    expect(overloaded.status).toBe(529);
    expect(await errorOf(overloaded)).toMatchObject({ code: "overloaded", retryable: true });
  });

  test("that fails with a declared error has the status and the value of that", async () => {
    const none = await fetch(`${serving.url}/quota/0`);
    expect(none.status).toBe(429);
    expect(await errorOf(none)).toMatchObject({
      code: "declared",
      name: "QuotaError",
      message: "QuotaError",
      details: { left: 0 },
      retryable: false,
    });
    const some = await fetch(`${serving.url}/quota/18446744073709551615`);
    expect(some.status).toBe(500);
    expect(await some.text()).toContain('"details":{"left":18446744073709551615}');
  });

  test("that fails later ends with the error", async () => {
    const response = await post("/words", '{"text":"a throw b"}');
    expect(response.status).toBe(200);
    const [first, last, ...more] = (await response.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(first).toEqual({ word: "a" });
    expect(last).toMatchObject({ error: { code: "internal", message: "cannot go on" } });
    expect(more).toEqual([]);
  });

  test.each([[undefined], [5]])(
    "whose reader goes away is told so, then ended (an item every %p ms)",
    async (everyMs) => {
      left = Promise.withResolvers();
      const leave = new AbortController();
      const response = await fetch(`${serving.url}/endless`, {
        method: "POST",
        body: JSON.stringify({ everyMs }),
        signal: leave.signal,
      });
      const reader = response.body?.getReader();
      await reader?.read();
      leave.abort();
      expect(await left.promise).toEqual(["signal", "finally"]);
    },
  );
});

describe("a request", () => {
  test("without a body has the query and the path's parameters as fields", async () => {
    const response = await fetch(`${serving.url}/items/7?size=9`);
    expect(await response.text()).toBe('{"id":"7","size":"9","exact":18446744073709551615}\n');
  });

  test("with a body has the path's parameters beside it; integers are exact", async () => {
    const response = await fetch(`${serving.url}/items/7`, { method: "PUT", body: '{"n":18446744073709551615}' });
    expect(await response.text()).toBe('{"n":18446744073709551615,"id":"7"}\n');
  });

  test.each([
    ["/words", '{"text":5}', 400, "invalid_request", "http.frontend.words: text: Invalid input: expected string"],
    ["/words", "{}", 400, "invalid_request", "http.frontend.words: text: Invalid input"],
    ["/words", "", 400, "invalid_request", "http.frontend.words: Invalid input: expected object, received null"],
    ["/words", '{"text"', 400, "invalid_request", "The body is not JSON: "],
    ["/words", "x".repeat(1001), 413, "payload_too_large", "The body is larger than 1000 bytes."],
    ["/word", "{}", 404, "not_found", 'There is no /word; did you mean "/words"?'],
    ["/items/7", "{}", 405, "invalid_argument", "/items/7 takes GET, PUT, not POST."],
    ["/silent", "{}", 504, "deadline_exceeded", "http.frontend.silent did not answer within 20 ms."],
  ])("to %s with %j is answered %d %s", async (path, body, status, code, message) => {
    const response = await post(path, body);
    expect(response.status).toBe(status);
    const error = await errorOf(response);
    expect(error).toMatchObject({ code });
    expect(String(error["message"])).toStartWith(message);
  });

  test("whose body is no text is refused", async () => {
    const response = await fetch(`${serving.url}/words`, { method: "POST", body: Uint8Array.of(0x22, 0xff, 0x22) });
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ message: "The body is not UTF-8." });
  });

  test("with a body that must be an object is refused when it is none", async () => {
    const response = await fetch(`${serving.url}/items/7`, { method: "PUT", body: "[]" });
    expect(await errorOf(response)).toMatchObject({ code: "invalid_request" });
  });
});

test("the stack of a failed method is shown in development only", async () => {
  const before = process.env["NODE_ENV"];
  try {
    expect((await errorOf(await post("/words", '{"text":"throw"}')))["stack"]).toContain("cannot go on");
    process.env["NODE_ENV"] = "production";
    expect((await errorOf(await post("/words", '{"text":"throw"}')))["stack"]).toBeUndefined();
  } finally {
    if (before !== undefined) process.env["NODE_ENV"] = before;
  }
});
