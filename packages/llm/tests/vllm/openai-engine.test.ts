import { expect, test, setDefaultTimeout } from "bun:test";
import { createServer, type Socket } from "node:net";

import type { LLMEngineOutput, PreprocessedRequestInput } from "../../src/index.ts";
import { OpenAiEngine } from "../../src/vllm/openai-engine.ts";
import { engineRequest } from "../engine-request.ts";

// It only ends what hangs: the machine may have other work.
setDefaultTimeout(60_000);

/** An engine of one answer: the pieces of a body, or a whole response. */
function engine(answer: (request: Request) => Response | Promise<Response>, output: "ids" | "text" = "ids") {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
  const options = { model: "m", apiKey: "", healthPath: "/health", output, firstTokenTimeoutMs: 60_000 };
  const client = new OpenAiEngine({ ...options, url: `http://127.0.0.1:${server.port}/v1/` });
  return { client, [Symbol.asyncDispose]: () => server.stop(true) };
}

const pieces = (parts: readonly (string | Uint8Array)[]) => {
  const text = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      for (const part of parts) {
        controller.enqueue(typeof part === "string" ? text.encode(part) : part);
        // So that each piece travels alone.
        await Bun.sleep(0);
      }
      controller.close();
    },
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
};

const ask = (more: Partial<PreprocessedRequestInput> = {}) => engineRequest({ token_ids: [1, 2], ...more });
const nobody = new AbortController().signal;
const read = (client: OpenAiEngine, more: Partial<PreprocessedRequestInput> = {}): Promise<LLMEngineOutput[]> =>
  Array.fromAsync(client.generate(ask(more), nobody));

const chunk = (choice: object, more: object = {}) =>
  JSON.stringify({ id: "1", choices: [{ index: 0, ...choice }], ...more });

test("an answer is the same in whatever pieces it comes", async () => {
  const body = [
    ": a comment\r\n\r\n",
    `event: message\r\nid: 7\r\ndata: ${chunk({ text: "日本 🦀", token_ids: null })}\r\n\r\n`,
    `data: ${chunk({ text: "é" })}\n\n`,
    `retry: 10\ndata: {"choices":[{"index":0,\ndata: "text":"two lines"}]}\n\n`,
    `data: ${chunk({ text: "", finish_reason: "stop" })}\n\n`,
    `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 3 } })}\n\n`,
    "data: [DONE]\n\n",
    "data: nothing counts any more\n\n",
  ].join("");
  const bytes = new TextEncoder().encode(body);
  for (const size of [1, 2, 3, 5, 64, bytes.length]) {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.slice(at * size, (at + 1) * size),
    );
    await using answering = engine(() => pieces(parts), "text");
    const items = await read(answering.client);
    expect(items.map(({ text }) => text)).toEqual(["日本 🦀", "é", "two lines", null]);
    expect(items.at(-1)).toMatchObject({
      finish_reason: "stop",
      completion_usage: { prompt_tokens: 2, total_tokens: 5 },
    });
  }
});

test("what vLLM ends for is told apart", async () => {
  const ends = [
    [{ token_ids: [5, 2], finish_reason: "stop", stop_reason: null }, "eos", [5]],
    [{ token_ids: [5, 9], finish_reason: "stop", stop_reason: 9 }, "stop", [5]],
    [{ token_ids: [5, 8], finish_reason: "stop", stop_reason: 8 }, "stop", [5, 8]],
    [{ token_ids: [5, 2], finish_reason: "length", stop_reason: null }, "length", [5, 2]],
    [{ token_ids: [], finish_reason: "content_filter" }, "content_filter", []],
  ] as const;
  for (const [choice, reason, ids] of ends) {
    await using answering = engine(() => pieces([`data: ${chunk(choice)}\n\ndata: [DONE]\n\n`]));
    const stop_conditions = { stop_token_ids: [9], stop_token_ids_visible: [8] };
    const [item] = await read(answering.client, { eos_token_ids: [2], stop_conditions });
    expect([item?.finish_reason, item?.token_ids]).toEqual([reason, [...ids]]);
  }
});

test("an answer that breaks has no end, whatever broke it", async () => {
  const first = `data: ${chunk({ token_ids: [5] })}\n\n`;
  const broken: [() => Response, string, RegExp][] = [
    [() => pieces([first]), "unavailable", /ended before it was finished/],
    [() => pieces([first, `data: {"error":{"message":"engine dead","code":500}}\n\n`]), "unavailable", /engine dead/],
    [() => pieces([first, `data: {"error":{"message":"too long","code":400}}\n\n`]), "invalid_request", /^too long$/],
    [() => pieces([first, `data: {"error":"plain"}\n\n`]), "unavailable", /plain/],
    [
      () => pieces([first, `data: ${chunk({ token_ids: [], finish_reason: "abort" })}\n\n`]),
      "unavailable",
      /gave the request up/,
    ],
    [() => pieces([first, "data: {oops\n\n"]), "protocol", /no JSON: \{oops/],
    [() => pieces([first, `data: ${chunk({ token_ids: [-1] })}\n\n`]), "protocol", /choices.0.token_ids.0/],
  ];
  for (const [answer, code, message] of broken) {
    await using answering = engine(answer);
    const got: number[] = [];
    const reading = (async () => {
      for await (const { token_ids, finish_reason } of answering.client.generate(ask(), nobody)) {
        expect(finish_reason).toBeNull();
        got.push(...token_ids);
      }
    })();
    const error = await reading.then(
      () => null,
      (thrown: Error & { code: string }) => thrown,
    );
    expect([error?.code, got]).toEqual([code, [5]]);
    expect(error?.message).toMatch(message);
  }
});

test("an engine that dies within an answer leaves what it has said", async () => {
  const data = `data: ${chunk({ token_ids: [5] })}\n\n`;
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    sockets.push(socket);
    socket.once("data", () => socket.write(`${head}${data.length.toString(16)}\r\n${data}\r\n`));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const options = {
    model: "m",
    apiKey: "",
    healthPath: "/health",
    output: "ids",
    firstTokenTimeoutMs: 60_000,
  } as const;
  const got: number[] = [];
  const reading = (async () => {
    const answer = new OpenAiEngine({ ...options, url: `http://127.0.0.1:${port}` }).generate(ask(), nobody);
    for await (const { token_ids } of answer) {
      got.push(...token_ids);
      for (const socket of sockets) socket.destroy();
    }
  })();
  expect(reading).rejects.toMatchObject({ code: "unavailable" });
  await reading.catch(() => {});
  expect(got).toEqual([5]);
  server.close();
});

test("what an engine refuses has the code that callers act on", async () => {
  const refused: [number, object | string, string, RegExp][] = [
    [429, { error: { message: "slow down" } }, "overloaded", /slow down/],
    [400, { error: { message: "temperature must be positive" } }, "invalid_request", /^temperature must be positive$/],
    [422, { detail: [{ loc: ["body"], msg: "wrong" }] }, "invalid_request", /wrong/],
    [413, "", "payload_too_large", /no message/],
    [401, { message: "no key" }, "unavailable", /Check apiKey/],
    [404, { error: { message: "no such model" } }, "unavailable", /Check url and model/],
    [500, "<html>", "unavailable", /500: <html>/],
    [503, { error: "loading" }, "unavailable", /loading/],
  ];
  for (const [status, body, code, message] of refused) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    await using answering = engine(() => new Response(text, { status, headers: { "retry-after": "2" } }));
    const error = await read(answering.client).catch(
      (thrown: unknown) => thrown as Error & { code: string; details: unknown },
    );
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    if (code === "overloaded") expect(error).toMatchObject({ details: { retryAfterMs: 2000 } });
  }
});

test("an engine that is not there is unavailable, and not healthy", async () => {
  const closed = engine(() => new Response());
  await closed[Symbol.asyncDispose]();
  expect(read(closed.client)).rejects.toMatchObject({ code: "unavailable" });
  expect(await closed.client.isHealthy(1000)).toBe(false);
});

test("options that OpenAI does not have are left out for engines that refuse them, and numbers keep their digits", async () => {
  const bodies: string[] = [];
  const answer = async (request: Request): Promise<Response> => {
    bodies.push(await request.text());
    return pieces([`data: ${chunk({ text: "x", finish_reason: "stop" })}\n\n`]);
  };
  const request: Partial<PreprocessedRequestInput> = {
    sampling_options: { temperature: 0.5, top_k: 3, seed: 9_007_199_254_740_993n },
    stop_conditions: { max_tokens: 4, stop: ["\n"], stop_token_ids: [4], stop_token_ids_hidden: [4, 5] },
    output_options: { logprobs: 2 },
    routing: { lora_name: "adapter", cache_salt: "salt" },
  };
  await using ids = engine(answer);
  await read(ids.client, request);
  await using text = engine(answer, "text");
  await read(text.client, request);
  const [all, few] = bodies.map((body) => JSON.parse(body) as object);
  expect(all).toMatchObject({ model: "adapter", prompt: [1, 2], top_k: 3, stop_token_ids: [4, 5], cache_salt: "salt" });
  expect(all).toMatchObject({ return_token_ids: true, return_tokens_as_token_ids: true, max_tokens: 4, logprobs: 2 });
  expect(all).not.toHaveProperty("stop");
  expect(bodies[0]).toContain('"seed":9007199254740993');
  expect(Object.keys(few ?? {}).toSorted()).toEqual([
    "logprobs",
    "max_tokens",
    "model",
    "prompt",
    "seed",
    "stop",
    "stream",
    "stream_options",
    "temperature",
  ]);
});
