import { afterEach, describe, expect, test } from "bun:test";

import { z } from "zod";

import {
  api,
  type Context,
  currentContext,
  declareError,
  DeclaredError,
  depends,
  endpoint,
  serve,
  service,
  StatorError,
} from "../index.ts";
import { requireClasses, resolveGraph } from "../graph/service-graph.ts";
import { serveNodes } from "./serve.ts";
import type { ServiceClass, ServeServiceOptions, Serving } from "../index.ts";

const open: Serving[] = [];

/** Serves in this process, with nothing to be found outside of it. */
async function start(root: ServiceClass, options: ServeServiceOptions = {}): Promise<Serving> {
  const serving = await serve(root, {
    withDependencies: true,
    http: { port: 0 },
    runtime: { discovery: "memory" },
    signals: false,
    ...options,
  });
  open.push(serving);
  return serving;
}

afterEach(async () => {
  await Promise.allSettled(open.splice(0).map((serving) => serving.stop()));
});

const Words = z.object({ text: z.string() });
type Words = z.infer<typeof Words>;

describe("calls between services", () => {
  // Defect l of the original: answers were not checked.
  test("the request is checked before the method, each item after it", async () => {
    const seen: unknown[] = [];

    @service({ namespace: "calls" })
    class Worker {
      @endpoint({ input: Words, output: z.number() })
      async *lengths(request: Words): AsyncGenerator<number> {
        try {
          for (const word of request.text.split(" ")) yield word === "bad" ? ("bad" as never) : word.length;
        } finally {
          seen.push("ended");
        }
      }

      @endpoint({ input: Words, output: z.number() })
      async length(request: Words): Promise<number> {
        seen.push(request);
        return request.text === "bad" ? ("bad" as never) : request.text.length;
      }
    }

    @service({ namespace: "calls" })
    class Caller {
      worker = depends(Worker);
    }
    const caller = await instanceOf(Caller);

    expect(await caller.worker.length({ text: "four", more: 1 } as Words)).toBe(4);
    expect(seen.splice(0)).toEqual([{ text: "four" }]);
    expect(await failure(caller.worker.length({ text: 4 } as never))).toMatchObject({
      code: "invalid_request",
      message: "calls.worker.length: text: Invalid input: expected string, received number",
    });
    expect(seen).toEqual([]);
    expect(await failure(caller.worker.length({ text: "bad" }))).toMatchObject({ code: "invalid_response" });

    const items: number[] = [];
    const read = async () => {
      for await (const item of caller.worker.lengths({ text: "a bc bad d" })) items.push(item);
    };
    expect(await failure(read())).toMatchObject({ code: "invalid_response" });
    expect(items).toEqual([1, 2]);
    expect(seen.at(-1)).toBe("ended");
  });

  test("a declared error reaches the caller with its value, read through its schema", async () => {
    const Quota = z.object({ left: z.number(), until: z.coerce.date().transform((date) => date.getTime()) });
    const QuotaError = declareError("QuotaError", Quota, { httpStatus: 429, message: "The quota is used up." });
    const broken = { ...QuotaError, error: () => new DeclaredError("QuotaError", { left: "none" }, null, "", {}) };

    @service({ namespace: "calls" })
    class Worker {
      @endpoint({ input: Words, error: QuotaError })
      async one(request: Words): Promise<string> {
        if (request.text === "full") throw QuotaError.error({ left: 0, until: "2026-01-31" });
        if (request.text === "broken") throw broken.error();
        throw new StatorError("overloaded", "later");
      }

      @endpoint({ input: Words, output: z.number(), error: QuotaError })
      async *many(request: Words): AsyncGenerator<number> {
        yield 1;
        if (request.text === "broken") throw broken.error();
        throw QuotaError.error({ left: 1, until: "2026-01-31" });
      }
    }

    @service({ namespace: "calls" })
    class Middle {
      worker = depends(Worker);

      @endpoint({ input: Words })
      async pass(request: Words): Promise<string> {
        return this.worker.one(request);
      }
    }

    @service({ namespace: "calls" })
    class Caller {
      worker = depends(Worker);
      middle = depends(Middle);
    }
    const caller = await instanceOf(Caller);

    const until = Date.UTC(2026, 0, 31);
    for (const call of [caller.worker.one({ text: "full" }), caller.middle.pass({ text: "full" })]) {
      const error = await failure(call);
      if (!QuotaError.is(error)) throw error;
      expect(error.value).toEqual({ left: 0, until });
      expect(error).toMatchObject({ code: "declared", httpStatus: 429, message: "The quota is used up." });
    }
    expect(await failure(caller.worker.one({ text: "other" }))).toMatchObject({ code: "overloaded" });
    expect(await failure(caller.worker.one({ text: "broken" }))).toMatchObject({
      code: "invalid_response",
      message:
        "calls.worker.one: the error QuotaError: left: Invalid input: expected number, received string; " +
        "until: Invalid input: expected date, received Date",
    });

    const items: number[] = [];
    const read = async (text: string) => {
      for await (const item of caller.worker.many({ text })) items.push(item);
    };
    const error = await failure(read("full"));
    expect(QuotaError.is(error) && error.value.left).toBe(1);
    expect(await failure(read("broken"))).toMatchObject({ code: "invalid_response" });
    expect(items).toEqual([1, 1]);
  });

  test("a stream of requests is checked one by one, for one answer or for a stream of them", async () => {
    const over = Promise.withResolvers<void>();

    @service({ namespace: "calls" })
    class Worker {
      @endpoint({ input: z.number(), output: z.number(), requestStream: true })
      async sum(requests: AsyncIterable<number>): Promise<number> {
        let sum = 0;
        for await (const request of requests) sum += request;
        return sum;
      }

      @endpoint({ input: z.number(), output: z.number(), requestStream: true })
      async *sums(requests: AsyncIterable<number>): AsyncGenerator<number> {
        let sum = 0;
        for await (const request of requests) yield (sum += request);
      }

      @endpoint()
      async one(request: unknown): Promise<unknown> {
        return request;
      }
    }

    @service({ namespace: "calls" })
    class Caller {
      worker = depends(Worker);
    }
    const caller = await instanceOf(Caller);
    async function* numbers(last: unknown): AsyncGenerator<number> {
      try {
        yield 1;
        yield 2;
        yield last as number;
      } finally {
        over.resolve();
      }
    }

    expect(await caller.worker.sum([1, 2, 3])).toBe(6);
    expect(await caller.worker.sum(numbers(4))).toBe(7);
    expect(await Array.fromAsync(caller.worker.sums(numbers(5)))).toEqual([1, 3, 8]);
    expect(await failure(caller.worker.sum(numbers("six")))).toMatchObject({
      code: "invalid_request",
      message: "calls.worker.sum: Invalid input: expected number, received string",
    });
    await over.promise;
    expect(await failure(caller.worker.sum(7 as never))).toMatchObject({
      code: "invalid_argument",
      message: "calls.worker.sum takes a stream of requests: an async iterable, or a list.",
    });
    // Whoever has no client of ours is told by the service.
    const runtime = open.at(-1)?.runtime;
    const raw = await runtime?.endpoint("calls.worker.sum").client<unknown, unknown>();
    await raw?.waitForInstances();
    expect(await failure(raw?.generate(1).one() as Promise<unknown>)).toMatchObject({
      code: "invalid_request",
      message: "calls.worker.sum: the endpoint takes a stream of requests, and the caller sends one request",
    });
    expect(await failure(caller.worker.one(numbers(1)))).toMatchObject({
      code: "invalid_request",
      message: "calls.worker.one: the endpoint takes one request, and the caller sends a stream of requests",
    });
  });

  test("an endpoint's own time limit holds, whoever calls", async () => {
    const seen: string[] = [];

    @service({ namespace: "limit" })
    class Worker {
      @endpoint({ timeoutMs: 30 })
      async never(_request: null, context: Context): Promise<void> {
        context.signal.addEventListener("abort", () => seen.push("signal"));
        await new Promise(() => undefined);
      }

      @endpoint({ timeoutMs: 30 })
      async *stuck(_request: null, context: Context): AsyncGenerator<number> {
        try {
          yield 1;
          await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        } finally {
          seen.push("finally");
        }
      }
    }
    const { runtime } = await start(Worker);
    const never = await runtime.endpoint("limit.worker.never").client();
    expect(await failure(never.generate(null).one())).toMatchObject({
      code: "deadline_exceeded",
      message: "limit.worker.never took longer than its limit of 30 ms.",
    });
    expect(seen.splice(0)).toEqual(["signal"]);
    const stuck = await runtime.endpoint("limit.worker.stuck").client();
    const items = stuck.generate(null)[Symbol.asyncIterator]();
    expect((await items.next()).value).toBe(1);
    expect(await failure(items.next())).toMatchObject({ code: "deadline_exceeded" });
    expect(seen).toEqual(["finally"]);
  });

  test("a cycle of services works", async () => {
    @service({ namespace: "cycle" })
    class Even {
      odd: { check(n: number): Promise<boolean> } = depends(() => Odd);

      @endpoint()
      async check(n: number): Promise<boolean> {
        return n === 0 ? true : this.odd.check(n - 1);
      }
    }

    @service({ namespace: "cycle" })
    class Odd {
      even = depends(Even);

      @endpoint()
      async check(n: number): Promise<boolean> {
        return n === 0 ? false : this.even.check(n - 1);
      }
    }
    const odd = await instanceOf(Odd);
    expect(await odd.even.check(7)).toBe(false);
    expect(await odd.even.check(8)).toBe(true);
  });

  test("an HTTP request hands its deadline, metadata and context to what it calls", async () => {
    @service({ namespace: "scope" })
    class Worker {
      @endpoint()
      async look(_request: null, context: Context): Promise<object> {
        const same = currentContext() === context;
        return { same, deadline: context.deadline, trace: context.metadata["traceparent"] ?? null };
      }
    }

    @service({ namespace: "scope" })
    class Frontend {
      worker = depends(Worker);

      @api({ method: "GET", timeoutMs: 60_000 })
      async *look(_request: object, context: Context): AsyncGenerator<object> {
        yield { same: currentContext() === context, deadline: context.deadline };
        yield await this.worker.look(null);
        yield { same: currentContext() === context };
      }
    }
    const { url } = await start(Frontend);
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const response = await fetch(`${url}/look`, { headers: { traceparent } });
    const [first, second, third] = (await response.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first?.["same"]).toBe(true);
    expect(third?.["same"]).toBe(true);
    expect(second?.["same"]).toBe(true);
    expect(second?.["deadline"]).toBeNumber();
    expect(String(second?.["trace"])).toContain("0af7651916cd43dd8448eb211c80319c");
    expect(currentContext()).toBeUndefined();
  });
});

/** The object that runs as a service of this class, with its dependencies connected. */
async function instanceOf<T extends object>(root: ServiceClass<T>): Promise<T> {
  const nodes = requireClasses(resolveGraph([root]));
  open.push(await serveNodes(nodes, { runtime: { discovery: "memory" }, signals: false }));
  return nodes.find((node) => node.service === root)?.instance as T;
}

/** What a promise is rejected with. */
async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("This should have failed.");
}
