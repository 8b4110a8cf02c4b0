import { expect, test } from "bun:test";

import { z } from "zod";

import { type Context, defineService, definitionOf, depends, endpoint, handler, service } from "../src/index.ts";
import { resolveGraph } from "../src/graph/service-graph.ts";
import { failure, Services } from "./support/serving.ts";

const Words = z.object({ text: z.string() });

const Backend = defineService({
  namespace: "built",
  name: "back-end",
  workers: 2,
  labels: { team: "search" },
  endpoints: {
    lengths: handler({ input: Words, output: z.number(), idempotent: true }, async function* (request) {
      for (const word of request.text.split(" ")) yield word.length;
    }),
    sum: handler({ input: z.number(), requestStream: true }, async (requests) => {
      let sum = 0;
      for await (const request of requests) sum += request;
      return sum;
    }),
  },
});

const events: string[] = [];

const Middle = defineService({
  namespace: "built",
  name: "middle",
  dependencies: () => ({ backend: depends(Backend), served: { calls: 0 } }),
  endpoints: ({ backend, served }) => ({
    total: handler({ input: Words, http: { method: "GET", path: "/total" } }, async (request) => {
      served.calls += 1;
      return backend.sum(backend.lengths(request));
    }),
    calls: handler({ name: "count" }, async (_request: null, context: Context) => ({
      calls: served.calls,
      endpoint: context.endpoint,
    })),
  }),
  hooks: {
    async onStart({ backend }) {
      events.push(`start ${"sum" in backend}`);
    },
    onShutdown: ({ served }) => void events.push(`stop ${served.calls}`),
  },
});

/** The two kinds of service work together. */
@service({ namespace: "built" })
class Front {
  middle = depends(Middle);

  @endpoint()
  async total(request: string): Promise<number> {
    return this.middle.total({ text: request });
  }
}

test("a built service is defined like a class", () => {
  expect(definitionOf(Backend)).toMatchObject({
    className: "BackEnd",
    id: "built.back-end",
    workers: 2,
    labels: { team: "search" },
    endpoints: [
      { property: "lengths", kind: "server-stream", idempotent: true, http: null },
      { property: "sum", kind: "client-stream" },
    ],
  });
  expect(definitionOf(Middle)).toMatchObject({
    endpoints: [
      { property: "total", kind: "unary", http: { method: "GET", path: "/total", format: "auto" } },
      { property: "calls", name: "count" },
    ],
  });
  expect(Backend.name).toBe("BackEnd");
  expect(resolveGraph([Front]).map((node) => node.definition.id)).toEqual([
    "built.back-end",
    "built.middle",
    "built.front",
  ]);
});

test("it serves, calls, keeps state, runs hooks and answers HTTP like a class", async () => {
  events.length = 0;
  {
    await using services = new Services();
    const front = await services.object(Front);
    expect(await front.middle.total({ text: "a bc def" })).toBe(6);
    expect(await front.middle.calls()).toEqual({ calls: 1, endpoint: "built.middle.count" });
    expect(await failure(front.middle.total({ text: 5 } as never))).toMatchObject({ code: "invalid_request" });
    // Each object has what it shares for itself.
    const other = await services.one(Middle);
    expect(await (await fetch(`${other.url}/total?text=abcd`)).json()).toBe(4);
    expect(events).toEqual(["start true", "start true"]);
  }
  expect(events.slice(2).toSorted()).toEqual(["stop 1", "stop 1"]);
});

test("it serves a contract", async () => {
  const endpoints = {
    run: { name: "run", kind: "unary", input: Words, output: z.number(), timeoutMs: 5000, idempotent: true },
  } as const;
  const Contract = { name: "Elsewhere", namespace: "built", component: "elsewhere", endpoints } as const;
  const Elsewhere = defineService({
    contract: Contract,
    endpoints: { run: handler({}, async (request: z.output<typeof Words>) => request.text.length) },
  });
  expect(definitionOf(Elsewhere)).toMatchObject({
    id: "built.elsewhere",
    endpoints: [{ input: Words, timeoutMs: 5000, idempotent: true }],
  });
  @service({ namespace: "built" })
  class Caller {
    one = depends(Contract);
    two = depends(Elsewhere);
  }
  await using services = new Services();
  const caller = await services.object(Caller);
  expect(await caller.two.run({ text: "abc" })).toBe(3);
  expect(await caller.one.run({ text: "abcd" })).toBe(4);
  const other = handler({}, async (_request: string) => 1);
  expect(() => defineService({ contract: Contract, endpoints: { walk: other } } as never)).toThrow(
    "run is an endpoint of Elsewhere",
  );
});

test("two built services may depend on each other", async () => {
  type Check = { check(n: number): Promise<boolean> };
  const Even = defineService({
    namespace: "built",
    name: "even",
    dependencies: (): { odd: Check } => ({ odd: depends(() => Odd) }),
    endpoints: ({ odd }) => ({
      check: handler({}, async (n: number): Promise<boolean> => (n === 0 ? true : odd.check(n - 1))),
    }),
  });
  const Odd = defineService({
    namespace: "built",
    name: "odd",
    dependencies: () => ({ even: depends(Even) }),
    endpoints: ({ even }) => ({
      check: handler({}, async (n: number): Promise<boolean> => (n === 0 ? false : even.check(n - 1))),
    }),
  });
  @service({ namespace: "built" })
  class Caller {
    odd = depends(Odd);
  }
  await using services = new Services();
  const { odd } = await services.object(Caller);
  expect([await odd.check(7), await odd.check(8)]).toEqual([true, false]);
});

const fine = handler({}, async (request: string) => request);

test.each([
  [{ namespace: "a", endpoints: {} }, 'defineService: name: "" is not a name'],
  [{ name: "b", endpoints: {} }, '@service B: namespace: "" is not a name'],
  [
    { namespace: "a", name: "b", endpoint: {} },
    'defineService b: unknown option "endpoint"; did you mean "endpoints"?',
  ],
  [
    { namespace: "a", name: "b", endpoints: { run: async () => 1 } },
    "defineService b: run is no endpoint; write handler(",
  ],
  [
    { namespace: "a", name: "b", endpoints: { run: handler({ timeout: 1 } as never, async (r: string) => r) } },
    'defineService b: run: unknown option "timeout"; did you mean "timeoutMs"?',
  ],
  [
    { namespace: "a", name: "b", endpoints: { run: handler({}, ((r: string) => r) as never) } },
    "defineService b: run: an endpoint is an async method",
  ],
  [
    { namespace: "a", name: "b", endpoints: { run: handler({ http: { path: "x" } }, async (r: string) => r) } },
    'defineService b: run: http: path "x" must start with "/"',
  ],
  [
    {
      namespace: "a",
      name: "b",
      endpoints: { run: handler({ http: true, requestStream: true }, async (_requests: AsyncIterable<string>) => 1) },
    },
    "defineService b: run: HTTP has no streams of requests",
  ],
  [
    { namespace: "a", name: "b", endpoints: { fine }, hooks: { startTimeoutMs: 0 } },
    "hooks: startTimeoutMs: 0 is not a whole number of at least 1.",
  ],
  [{ namespace: "a", name: "b", endpoints: { fine }, hooks: { onStop: () => 1 } }, 'hooks: unknown option "onStop"'],
])("refuses %#", (options, message) => {
  expect(() => defineService(options as never)).toThrow(message);
});

test("a start hook that does not end within its time ends the start", async () => {
  const Hanging = defineService({
    namespace: "built",
    name: "hanging",
    endpoints: { fine },
    hooks: { onStart: () => new Promise<void>(() => undefined), startTimeoutMs: 5 },
  });
  await using services = new Services();
  expect((await failure(services.graph(Hanging))).message).toBe("Hanging.onStart has not ended within 5 ms.");
});
