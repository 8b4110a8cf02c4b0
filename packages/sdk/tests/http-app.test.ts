import { expect, test } from "bun:test";

import { z } from "zod";

import {
  api,
  type Context,
  depends,
  endpoint,
  serve,
  service,
  StatorError,
  toNDJSON,
  toSSE,
  toWebStream,
} from "../src/index.ts";
import { failure, Services } from "./support/serving.ts";

@service({ namespace: "app" })
class Api {
  @api({ method: "GET", path: "/items/:id" })
  async item({ id }: { id: string }, context: Context): Promise<object> {
    return { id, request: context.id };
  }

  @api({ method: "GET", path: "/items/new" })
  async fresh(_request: object): Promise<string> {
    return "new";
  }

  @api({ path: "/words", input: z.object({ text: z.string() }), timeoutMs: 5000 })
  async *words({ text }: { text: string }): AsyncGenerator<string> {
    yield* text.split(" ");
  }
}

test("what is for no @api method goes to the app, and is waited for at the end", async () => {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const app = {
    name: "mine",
    async fetch(this: { name: string }, request: Request): Promise<Response> {
      const { pathname } = new URL(request.url);
      if (pathname === "/throw") throw new StatorError("overloaded", "later");
      if (pathname === "/slow") {
        begun.resolve();
        await gate.promise;
      }
      return new Response(`${this.name} ${request.method} ${pathname}`);
    },
  };
  await using services = new Services();
  const serving = await services.one(Api, { http: { port: 0, app } });
  const get = async (path: string, init?: RequestInit) => (await fetch(`${serving.url}${path}`, init)).text();
  expect(JSON.parse(await get("/items/7", { headers: { "x-request-id": "mine-1" } }))).toEqual({
    id: "7",
    request: "mine-1",
  });
  expect(await get("/other")).toBe("mine GET /other");
  expect(await get("/items/7", { method: "POST" })).toBe("mine POST /items/7");
  expect((await fetch(`${serving.url}/throw`)).status).toBe(529);
  const slow = get("/slow");
  await begun.promise;
  const stopped = serving.stop();
  gate.resolve();
  expect(await slow).toBe("mine GET /slow");
  await stopped;
});

test("an app alone is served, too, and one that is none is refused", async () => {
  @service({ namespace: "app" })
  class Quiet {
    @endpoint()
    async run(request: string): Promise<string> {
      return request;
    }
  }
  await using services = new Services();
  const { url } = await services.one(Quiet, { http: { port: 0, app: () => new Response("mine") } });
  expect(await (await fetch(`${url}/any`)).text()).toBe("mine");
  expect(await failure(serve(Quiet, { http: { app: {} as never } }))).toMatchObject({
    message: "serve: http.app is no app: pass a function of the request, or an object with fetch.",
  });
});

test("an app of one's own can hold the routes", async () => {
  await using services = new Services();
  const serving = await services.one(Api, { http: { listen: false } });
  expect(serving.url).toBeNull();
  const { fetch: answer } = serving;
  const ask = (path: string, init?: RequestInit) => answer(new Request(`http://any${path}`, init));
  expect(await (await ask("/items/a%20b")).json()).toMatchObject({ id: "a b" });
  expect(await (await ask("/items/new")).json()).toBe("new");
  expect((await ask("/items/%ff")).status).toBe(405);
  expect((await ask("/nothing")).status).toBe(404);
  const words = await ask("/words", {
    method: "POST",
    body: '{"text":"a b"}',
    headers: { accept: "text/event-stream" },
  });
  expect(await words.text()).toBe('data: "a"\n\ndata: "b"\n\n');
  expect((await ask("/words", { method: "POST", body: "{}" })).status).toBe(400);
  expect((await ask("/words")).status).toBe(405);
});

test("any result becomes server-sent events, lines of JSON, or a Web stream", async () => {
  let ended = 0;
  @service({ namespace: "app" })
  class Worker {
    @endpoint()
    async *count(request: number): AsyncGenerator<number> {
      try {
        for (let n = 0; n < request; n++) yield n;
        if (request === 2) throw new StatorError("overloaded", "enough");
      } finally {
        ended += 1;
      }
    }

    @endpoint()
    async one(request: bigint): Promise<bigint> {
      return request;
    }
  }
  @service({ namespace: "app" })
  class Caller {
    worker = depends(Worker);
  }
  await using services = new Services();
  const { worker } = await services.object(Caller);
  const lines = await toNDJSON(worker.count(1), { headers: { "x-mine": "yes" }, status: 206 });
  expect([lines.status, lines.headers.get("content-type"), lines.headers.get("x-mine")]).toEqual([
    206,
    "application/x-ndjson",
    "yes",
  ]);
  expect(await lines.text()).toBe("0\n");
  const events = await toSSE(worker.count(2));
  expect(events.headers.get("content-type")).toBe("text/event-stream");
  expect(await events.text()).toMatch(/^data: 0\n\ndata: 1\n\nevent: error\ndata: \{"code":"overloaded"/);
  expect(await (await toSSE(worker.one(2n ** 60n))).text()).toBe("data: 1152921504606846976\n\n");
  expect(await (await toNDJSON({ plain: true })).text()).toBe('{"plain":true}\n');
  expect(await Array.fromAsync(toWebStream(worker.count(1)))).toEqual([0]);
  expect(await Array.fromAsync(toWebStream([1, 2]))).toEqual([[1, 2]]);
  const early = await toSSE(
    (async function* () {
      yield* [];
      throw new StatorError("not_found", "nothing here");
    })(),
  );
  expect([early.status, early.headers.get("content-type")]).toEqual([404, "application/json"]);
  ended = 0;
  const endless = await toSSE(worker.count(1_000_000_000));
  const reader = endless.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  while (ended === 0) await new Promise(setImmediate);
});
