import { expect, test } from "bun:test";
import { connect } from "node:net";

import {
  api,
  type Context,
  defineService,
  depends,
  endpoint,
  graph,
  onRequest,
  readText,
  serve,
  service,
  StatorError,
} from "../src/index.ts";
import { loadLayers } from "../src/configuration/load-layers.ts";
import { describeGraph } from "../src/supervisor/describe-graph.ts";
import { failure, Services } from "./support/serving.ts";

/** What the streams of a test have seen. */
const streams = { open: 0, ended: Promise.withResolvers<void>() };

@service({ namespace: "raw" })
class Worker {
  @endpoint()
  async *count(request: number, context: Context): AsyncGenerator<string> {
    streams.open += 1;
    try {
      for (let n = 0; n < request; n++) yield `${context.id} ${n}`;
      if (request === 0) await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    } finally {
      streams.open -= 1;
      streams.ended.resolve();
    }
  }
}

@service({ namespace: "raw" })
class Site {
  worker = depends(Worker);

  @api({ method: "GET", path: "/items/:id" })
  async item(request: { id: string }): Promise<object> {
    return request;
  }

  @onRequest
  async answer(request: Request, context: Context): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/count":
        return new Response(this.lines(Number(searchParams.get("n"))), { headers: { "x-mine": "yes" } });
      case "/body":
        return Response.json(await readText(request, { maxBytes: 10, timeoutMs: 50 }));
      case "/throw":
        throw new StatorError("overloaded", "later");
      case "/nothing":
        return null as never;
      default:
        return new Response(`${context.endpoint} ${context.id} ${request.method} ${pathname}`, { status: 201 });
    }
  }

  private lines(n: number): ReadableStream<Uint8Array> {
    const items = this.worker.count(n)[Symbol.asyncIterator]();
    const encoder = new TextEncoder();
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => controller.enqueue(encoder.encode("begin\n")),
        async pull(controller) {
          const { done, value } = await items.next();
          if (done === true) controller.close();
          else controller.enqueue(encoder.encode(`${value}\n`));
        },
      },
      { highWaterMark: 0 },
    );
  }
}

async function errorOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { error: unknown }).error;
}

test("what is for no @api method goes to the @onRequest method, over the port and through fetch", async () => {
  await using services = new Services();
  const serving = await services.graph(Site);
  const headers = { "x-request-id": "mine-1" };
  const ways = [
    (path: string, init: RequestInit = {}) => fetch(`${serving.url}${path}`, { headers, ...init }),
    (path: string, init: RequestInit = {}) => serving.fetch(new Request(`http://any${path}`, { headers, ...init })),
  ];
  for (const ask of ways) {
    expect(await (await ask("/items/7")).json()).toEqual({ id: "7" });
    const other = await ask("/items/7", { method: "POST", body: "{}" });
    expect([other.status, await other.text()]).toEqual([201, "raw.site.answer mine-1 POST /items/7"]);
    const counted = await ask("/count?n=2");
    expect(counted.headers.get("x-mine")).toBe("yes");
    // The calls that it makes have the id of the request.
    expect(await counted.text()).toBe("begin\nmine-1 0\nmine-1 1\n");
    const full = await ask("/throw");
    expect([full.status, await errorOf(full)]).toMatchObject([529, { code: "overloaded", message: "later" }]);
    expect(await errorOf(await ask("/nothing"))).toMatchObject({ message: "Site.answer gave no Response." });
    const large = await ask("/body", { method: "POST", body: "x".repeat(11) });
    expect([large.status, await large.text()]).toMatchObject([413, expect.stringContaining("larger than 10 bytes")]);
    const bytes = await ask("/body", { method: "POST", body: Uint8Array.of(0xff) });
    expect([bytes.status, await errorOf(bytes)]).toMatchObject([400, { message: "The body is not UTF-8." }]);
    expect(await (await ask("/body", { method: "POST", body: "åß" })).json()).toBe("åß");
  }
});

test("a body that does not come is given up", async () => {
  await using services = new Services();
  const { url } = await services.graph(Site);
  const socket = connect(Number(new URL(url ?? "").port), "127.0.0.1");
  const answer = Promise.withResolvers<string>();
  socket.on("data", (data) => answer.resolve(data.toString()));
  socket.write("POST /body HTTP/1.1\r\nhost: any\r\ncontent-length: 9\r\n\r\nabc");
  expect(await answer.promise).toContain("The body was not complete within 50 ms.");
  socket.destroy();
});

test("a client that goes away cancels the calls of the request", async () => {
  await using services = new Services();
  const { url } = await services.graph(Site);
  streams.ended = Promise.withResolvers();
  const leave = new AbortController();
  const response = await fetch(`${url}/count?n=0`, { signal: leave.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  while (streams.open === 0) await new Promise(setImmediate);
  leave.abort();
  await streams.ended.promise;
  expect(streams.open).toBe(0);
});

/** Streams that end when the test lets them. */
function gated(): { gate: PromiseWithResolvers<void>; response: () => Response } {
  const gate = Promise.withResolvers<void>();
  const encoder = new TextEncoder();
  const response = () =>
    new Response(
      new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(encoder.encode("begin"));
          await gate.promise;
          controller.enqueue(encoder.encode(" end"));
          controller.close();
        },
      }),
    );
  return { gate, response };
}

test.each(["port", "fetch"])("a stream that is open is waited for at the end (%s)", async (way) => {
  const { gate, response } = gated();
  const Built = defineService({
    namespace: "raw",
    name: "built",
    dependencies: () => ({ response }),
    endpoints: {},
    hooks: { onRequest: (dependencies) => dependencies.response(), requestTimeoutMs: 5000 },
  });
  await using services = new Services();
  const serving = await services.one(Built);
  const answer = way === "port" ? await fetch(`${serving.url}/any`) : await serving.fetch(new Request("http://any/"));
  let hasStopped = false;
  const stopped = serving.stop().then(() => (hasStopped = true));
  // As many turns as a stop without an open stream takes, and more.
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  expect(hasStopped).toBe(false);
  gate.resolve();
  expect(await answer.text()).toBe("begin end");
  await stopped;
});

test("a method that takes too long is given up; its client hears 504", async () => {
  @service({ namespace: "raw" })
  class Silent {
    @onRequest({ timeoutMs: 20 })
    async answer(_request: Request, context: Context): Promise<Response> {
      return new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));
    }
  }
  await using services = new Services();
  const { url } = await services.one(Silent);
  const late = await fetch(`${url}/any`);
  expect([late.status, await errorOf(late)]).toMatchObject([504, { code: "deadline_exceeded" }]);
});

test("a service with nothing else has a port, also where the command line serves it; a class can change what it inherits", async () => {
  @service({ namespace: "raw" })
  class Derived extends Site {
    @onRequest
    override async answer(): Promise<Response> {
      return new Response("derived");
    }
  }
  const described = describeGraph(graph(Derived).nodes(loadLayers({ files: [], profiles: [], options: [] }, {})));
  expect(described.map(({ className, http }) => [className, http])).toEqual([
    ["Worker", false],
    ["Derived", true],
  ]);
  await using services = new Services();
  const { url } = await services.graph(Derived);
  expect(await (await fetch(`${url}/count`)).text()).toBe("derived");
});

function twice(): unknown {
  class Twice {
    @onRequest
    one(): Response {
      return new Response();
    }

    @onRequest
    two(): Response {
      return new Response();
    }
  }
  return Twice;
}

test("only one can answer every other request", async () => {
  expect(await failure(serve(Site, { http: { app: { fetch: () => new Response() } } }))).toMatchObject({
    code: "invalid_argument",
    message: "serve: http.app and Site.answer both answer every other request; leave one of them out.",
  });
  @service({ namespace: "raw" })
  class Other {
    @onRequest
    answer(): Response {
      return new Response();
    }
  }
  expect(await failure(serve([Site, Other]))).toMatchObject({
    message: "Site.answer and Other.answer both answer every other request; serve them in processes of their own.",
  });
  expect(twice).toThrow("@onRequest: one and two both answer every other request.");
  expect(() => onRequest({ timeoutMs: 0 })).toThrow("@onRequest: timeoutMs: 0 is not a whole number of at least 1.");
});
