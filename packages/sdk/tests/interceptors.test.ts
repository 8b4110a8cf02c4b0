import { expect, test } from "bun:test";

import { z } from "zod";

import {
  api,
  type ClientInterceptor,
  type Context,
  contextValue,
  currentContext,
  depends,
  endpoint,
  graph,
  type Graph,
  type Interceptor,
  mapValues,
  metadataKey,
  type ServerInterceptor,
  serve,
  type ServeServiceOptions,
  service,
  StatorError,
  untilOver,
} from "../src/index.ts";
import { failure, Services } from "./support/serving.ts";

const events: string[] = [];

/** Notes that a call goes in and comes out. */
const note =
  (name: string): Interceptor =>
  (next) =>
  async (call) => {
    events.push(`${name} in`);
    return untilOver(next(call), ({ error, items, left }) => {
      const how = error === null ? (left ? "left" : "done") : (error as StatorError).code;
      events.push(`${name} ${how} ${items}`);
    });
  };

test("the first is the outermost: graph, service, endpoint; graph, service, dependency, call", async () => {
  @service({ namespace: "order", interceptors: { server: [note("service 1"), note("service 2")] } })
  class Worker {
    @endpoint({ interceptors: [note("endpoint")] })
    async run(_request: null): Promise<void> {
      events.push("method");
    }
  }
  @service({ namespace: "order", interceptors: { client: [note("caller")] } })
  class Caller {
    worker = depends(Worker, { interceptors: [note("dependency")] });
  }
  await using services = new Services();
  const interceptors = { server: [note("graph")], client: [note("graph client")] };
  const caller = await services.object(Caller, { interceptors });
  events.length = 0;
  await caller.worker.run(null, { interceptors: [note("call")] });
  const client = ["graph client", "caller", "dependency", "call"];
  const server = ["graph", "service 1", "service 2", "endpoint"];
  expect(events).toEqual([
    ...[...client, ...server].map((name) => `${name} in`),
    "method",
    ...[...client, ...server].toReversed().map((name) => `${name} done 1`),
  ]);
});

/** What a call of the graph `graphs` passes on its way in. */
async function passed(of: Graph, options: ServeServiceOptions = {}): Promise<readonly string[]> {
  await using serving = await serve(of, { runtime: { discovery: "memory" }, signals: false, ...options });
  await using client = await serving.runtime.endpoint("graphs.caller.run").client<null, void>();
  await client.waitForInstances();
  events.length = 0;
  await client.generate(null).one();
  return events.filter((event) => event.endsWith(" in"));
}

test("those of a graph stand inside of those of serve, the first use outermost; another graph has its own", async () => {
  @service({ namespace: "graphs", interceptors: { server: [note("service")], client: [note("caller")] } })
  class Worker {
    @endpoint()
    async run(_request: null): Promise<void> {
      events.push("method");
    }
  }
  @service({ namespace: "graphs" })
  class Caller {
    worker = depends(Worker);

    @endpoint()
    async run(_request: null): Promise<void> {
      await this.worker.run();
    }
  }
  const plain = graph(Caller);
  const used = plain.use({ server: [note("first")], client: [note("client")] }).use({ server: [note("second")] });
  const server = ["serve in", "first in", "second in"];
  const around = { server: [note("serve")] };
  expect(await passed(used, { interceptors: around })).toEqual([...server, "client in", ...server, "service in"]);
  expect(await passed(plain)).toEqual(["service in"]);
  expect(() => plain.use([note("list")] as never)).toThrow("use: the options must be an object.");
  expect(() => plain.use({ servers: [] } as never)).toThrow('use: unknown option "servers"; did you mean "server"?');
});

@service({ namespace: "kinds" })
class Kinds {
  @endpoint()
  async unary(request: number): Promise<number> {
    return request;
  }

  @endpoint()
  async *serverStream(request: number): AsyncGenerator<number> {
    for (let n = 0; n < request; n++) yield n;
  }

  @endpoint({ requestStream: true })
  async clientStream(requests: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const request of requests) sum += request;
    return sum;
  }

  @endpoint({ requestStream: true })
  async *duplex(requests: AsyncIterable<number>): AsyncGenerator<number> {
    yield* requests;
  }

  @endpoint()
  async *endless(_request: null): AsyncGenerator<number> {
    try {
      for (let n = 0; ; n++) yield n;
    } finally {
      events.push("method ended");
    }
  }

  @endpoint()
  async *broken(_request: null): AsyncGenerator<number> {
    yield 1;
    throw new StatorError("internal", "broken");
  }
}

/** Requests are taken times ten on the way in, answers get one more on the way out. */
const change: Interceptor = (next) => async (call) => {
  const request = await mapValues(call.request, (value) => (value as number) * 10);
  return mapValues(await next({ ...call, request }), (value) => (value as number) + 1);
};

test.each([
  ["the server", { server: [change] }],
  ["the client", { client: [change] }],
])("requests and answers of all four kinds can be changed, at %s", async (_, interceptors) => {
  @service({ namespace: "kinds", name: "caller" })
  class Caller {
    kinds = depends(Kinds);
  }
  await using services = new Services();
  const { kinds } = await services.object(Caller, { interceptors });
  expect(await kinds.unary(1)).toBe(11);
  expect(await Array.fromAsync(kinds.serverStream(1))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await kinds.clientStream([1, 2])).toBe(31);
  expect(await Array.fromAsync(kinds.duplex([1, 2]))).toEqual([11, 21]);
});

test.each([
  ["the server", "server"],
  ["the client", "client"],
] as const)("how a stream ends is seen at %s", async (_, side) => {
  @service({ namespace: "kinds", name: "caller" })
  class Caller {
    kinds = depends(Kinds);
  }
  await using services = new Services();
  const { kinds } = await services.object(Caller, { interceptors: { [side]: [note("it")] } });
  events.length = 0;
  const stream = kinds.endless();
  for await (const item of stream) if (item === 3) break;
  expect(stream.instanceId).toBeTypeOf("bigint");
  while (events.length < 3) await new Promise(setImmediate);
  expect(events.toSorted()).toEqual(["it in", expect.stringMatching(/^it left \d+$/), "method ended"]);
  events.length = 0;
  expect(await failure(Array.fromAsync(kinds.broken()))).toMatchObject({ code: "internal", message: "broken" });
  while (events.length < 2) await new Promise(setImmediate);
  expect(events).toEqual(["it in", "it internal 1"]);
});

test("a stream through interceptors is one like any other", async () => {
  @service({ namespace: "kinds", name: "caller" })
  class Caller {
    kinds = depends(Kinds, { interceptors: [note("it")] });
  }
  await using services = new Services();
  const { kinds } = await services.object(Caller);
  expect(await kinds.serverStream(1, { id: "mine" }).one()).toBe(0);
  expect(await failure(kinds.serverStream(2).one())).toMatchObject({ code: "protocol" });
  expect(await failure(kinds.serverStream(0).one())).toMatchObject({ code: "protocol" });
  expect(kinds.serverStream(1, { id: "mine" }).id).toBe("mine");
  expect(await Array.fromAsync(kinds.serverStream(3).toReadableStream())).toEqual([0, 1, 2]);
  const twice = kinds.serverStream(1);
  twice[Symbol.asyncIterator]();
  expect(() => twice[Symbol.asyncIterator]()).toThrow("this response is being read already");
  events.length = 0;
  const cancelled = kinds.endless();
  const items = cancelled[Symbol.asyncIterator]();
  await items.next();
  cancelled.cancel();
  while (!events.includes("method ended")) await new Promise(setImmediate);
  const leave = new AbortController();
  const left = kinds.endless(null, { signal: leave.signal })[Symbol.asyncIterator]();
  await left.next();
  leave.abort();
  const drained = async (): Promise<void> => {
    while ((await left.next()).done !== true);
  };
  expect(await failure(drained())).toMatchObject({ code: "cancelled" });
});

const Tenant = metadataKey("tenant");
const Budget = metadataKey("budget", z.object({ tokens: z.number() }));
const User = contextValue<{ name: string }>("User");

const asAcme: ClientInterceptor = (next) => (call) => next(Tenant.on(call, "acme"));

test("metadata is typed, reaches the next hop, and is checked where it is read", async () => {
  const seen: unknown[] = [];

  @service({ namespace: "meta" })
  class Inner {
    @endpoint()
    async run(_request: null, context: Context): Promise<string | undefined> {
      seen.push(Budget.get(context));
      return Tenant.get(context);
    }
  }
  @service({ namespace: "meta" })
  class Outer {
    inner = depends(Inner);

    @endpoint()
    async run(_request: null): Promise<string | undefined> {
      return this.inner.run();
    }
  }
  @service({ namespace: "meta" })
  class Caller {
    outer = depends(Outer, { interceptors: [asAcme] });
  }
  await using services = new Services();
  const { outer } = await services.object(Caller);
  expect(await outer.run(null, { metadata: Budget.entry({ tokens: 5 }) })).toBe("acme");
  expect(seen).toEqual([{ tokens: 5 }]);
  expect(await failure(outer.run(null, { metadata: { budget: '{"tokens":"x"}' } }))).toMatchObject({
    code: "invalid_request",
    message: "metadata.budget: tokens: Invalid input: expected number, received string",
  });
  expect(await failure(outer.run(null, { metadata: { budget: "{" } }))).toMatchObject({
    message: "metadata.budget is not JSON.",
  });
  expect(() => metadataKey("No Key")).toThrow('"No Key" is not a key');
  expect(() => Tenant.entry(5 as never)).toThrow("the value is a number, not a text");
});

const authenticate: ServerInterceptor = (next) => async (call) => {
  const token = call.httpRequest?.headers.get("authorization") ?? call.metadata["authorization"];
  if (token !== "Bearer good") throw new StatorError("permission_denied", "Who are you?", { httpStatus: 401 });
  User.set(call.context, { name: "Ada" });
  return next(call);
};

test("an interceptor can refuse a call before anything of it runs, and hand a value to the method", async () => {
  @service({ namespace: "auth", interceptors: { server: [authenticate] }, limits: { maxConcurrency: 1 } })
  class Worker {
    @api({ path: "/me", method: "GET", input: z.object({}) })
    async me(_request: object, context: Context): Promise<string> {
      return User.require(context).name;
    }

    @endpoint({ input: z.object({ n: z.number() }) })
    async *many({ n }: { n: number }, context: Context): AsyncGenerator<string> {
      for (let i = 0; i < n; i++) yield User.require(context).name;
    }
  }
  @service({ namespace: "auth" })
  class Caller {
    worker = depends(Worker);
  }
  await using services = new Services();
  const { worker } = await services.object(Caller);
  const metadata = { authorization: "Bearer good" };
  expect(await worker.me({}, { metadata })).toBe("Ada");
  expect(await Array.fromAsync(worker.many({ n: 2 }, { metadata }))).toEqual(["Ada", "Ada"]);
  // A stranger learns nothing about what a request must look like.
  const wrong = { n: "x" } as never;
  expect(await failure(Array.fromAsync(worker.many(wrong)))).toMatchObject({
    code: "permission_denied",
    httpStatus: 401,
  });
  expect(await failure(Array.fromAsync(worker.many(wrong, { metadata })))).toMatchObject({ code: "invalid_request" });
  const { url } = await services.one(Worker);
  expect((await fetch(`${url}/me`)).status).toBe(401);
  expect(await (await fetch(`${url}/me`, { headers: metadata })).json()).toBe("Ada");

  @service({ namespace: "auth", name: "open" })
  class Open {
    @api({ path: "/me", method: "GET" })
    async me(_request: object, context: Context): Promise<string> {
      return User.require(context).name;
    }
  }
  const open = await services.one(Open);
  expect(await (await fetch(`${open.url}/me`)).text()).toContain("nobody has set User; is its interceptor in place?");
});

const again: ClientInterceptor = (next) => async (call) => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await next(call);
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
};

const cached: ClientInterceptor = () => async () => ({ stream: false, value: 42 });

const slow: ClientInterceptor = (next) => async (call) => {
  await Bun.sleep(20);
  return next(call);
};

const stuck: ClientInterceptor = () => () => new Promise(() => undefined);

const wrong: ClientInterceptor = () => async () => ({ stream: true, values: (async function* () {})() });

test("an interceptor of a caller can go the way again, answer by itself, and take its time within the limit", async () => {
  let calls = 0;
  @service({ namespace: "again" })
  class Worker {
    @endpoint()
    async flaky(_request: null): Promise<number> {
      calls += 1;
      if (calls < 3) throw new StatorError("internal", "not yet");
      return calls;
    }

    @endpoint()
    async *items(_request: null): AsyncGenerator<number> {
      yield 1;
    }
  }
  @service({ namespace: "again" })
  class Caller {
    worker = depends(Worker);
  }
  await using services = new Services();
  const { worker } = await services.object(Caller);
  expect(await worker.flaky(null, { interceptors: [again] })).toBe(3);
  expect(await worker.flaky(null, { interceptors: [cached] })).toBe(42);
  expect(calls).toBe(3);
  expect(await failure(worker.flaky(null, { interceptors: [slow], timeoutMs: 5 }))).toMatchObject({
    code: "deadline_exceeded",
  });
  expect(await failure(worker.flaky(null, { interceptors: [stuck], timeoutMs: 5 }))).toMatchObject({
    code: "deadline_exceeded",
    message: "again.worker.flaky: no end within 5 ms, interceptors among it.",
  });
  expect(await failure(Array.fromAsync(worker.items(null, { interceptors: [stuck], timeoutMs: 5 })))).toMatchObject({
    code: "deadline_exceeded",
  });
  expect(await failure(worker.flaky(null, { interceptors: [wrong] }))).toMatchObject({
    code: "internal",
    message: "An interceptor of calls to again.worker.flaky gave a stream in place of one value.",
  });
  expect(await failure(worker.flaky(null, { interceptors: ["x"] as never }))).toMatchObject({
    code: "invalid_argument",
  });
});

const check: Interceptor = (next) => async (call) => {
  const mine = Tenant.get(call);
  await Promise.resolve();
  if (call.side === "server") expect(Tenant.get(currentContext() ?? { metadata: {} })).toBe(mine ?? "");
  return mapValues(await next(call), async (value) => {
    await Promise.resolve();
    if (call.side === "server") expect(Tenant.get(currentContext() ?? { metadata: {} })).toBe(mine ?? "");
    return value;
  });
};

test("a hundred streams at once keep their own context, inside of interceptors too", async () => {
  const seen = new Set<string>();
  @service({ namespace: "many", interceptors: { server: [check] } })
  class Inner {
    @endpoint()
    async *run(_request: null): AsyncGenerator<string> {
      for (let n = 0; n < 10; n++) {
        await new Promise(setImmediate);
        yield Tenant.get(currentContext() ?? { metadata: {} }) ?? "nobody";
      }
    }
  }
  @service({ namespace: "many", interceptors: { server: [check], client: [check] } })
  class Outer {
    inner = depends(Inner);

    @endpoint()
    async *run(_request: null): AsyncGenerator<string> {
      yield* this.inner.run();
    }
  }
  @service({ namespace: "many" })
  class Caller {
    outer = depends(Outer);
  }
  await using services = new Services();
  const { outer } = await services.object(Caller);
  const calls = Array.from({ length: 100 }, async (_, n) => {
    const tenant = `tenant-${n}`;
    const items = await Array.fromAsync(outer.run(null, { metadata: Tenant.entry(tenant) }));
    expect(items).toEqual(Array.from({ length: 10 }, () => tenant));
    seen.add(tenant);
  });
  await Promise.all(calls);
  expect(seen.size).toBe(100);
});

test("what is no interceptor is refused where it is declared", async () => {
  expect(() => endpoint({ interceptors: "x" } as never)(async (_r: string) => 1, decorated("method"))).toThrow(
    "@endpoint run: interceptors is a list of functions",
  );
  expect(() => service({ namespace: "a", interceptors: { sever: [] } } as never)(Kinds, decorated("class"))).toThrow(
    'unknown option "sever"; did you mean "server"?',
  );
  expect((await failure(serve([], { interceptors: { client: [1] } } as never))).message).toContain(
    "is a list of functions",
  );
});

/** What the language hands to a decorator. */
function decorated(kind: string): never {
  return { kind, name: "run", static: false, private: false, metadata: {} } as never;
}
