import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { z } from "zod";

import {
  type Context,
  depends,
  endpoint,
  type Interceptor,
  mapValues,
  service,
  type ServiceStream,
  StatorError,
} from "../src/index.ts";
import { failure, Services } from "./support/serving.ts";

interface Counting {
  readonly from: number;
  readonly to: number;
  /** What it does in place of the end. */
  readonly end?: "fail" | "wait";
}

/** Hears of each call that is over. */
let over = (): void => {};

@service({ namespace: "batches" })
class Worker {
  @endpoint()
  async *count({ from, to, end }: Counting, { signal }: Context): AsyncGenerator<number> {
    try {
      for (let n = from; n < to; n++) yield n;
      if (end === "fail") throw new StatorError("not_found", "at the end");
      if (end === "wait") await new Promise((resolve) => signal.addEventListener("abort", resolve));
    } finally {
      over();
    }
  }
}

/** The worker as callers know it who check what it says: 13 is wrong. */
const Contract = {
  name: "Worker",
  namespace: "batches",
  component: "worker",
  endpoints: {
    count: {
      name: "count",
      kind: "server-stream",
      input: z.custom<Counting>(),
      output: z.number().refine((n) => n !== 13),
      timeoutMs: null,
      idempotent: true,
    },
  },
} as const;

/** The same, checked asynchronously. */
const Late = {
  ...Contract,
  endpoints: { count: { ...Contract.endpoints.count, output: z.any().refine(async (n) => Promise.resolve(n !== 13)) } },
} as const;

const pass: Interceptor = (next) => (call) => next(call);
const each: Interceptor = (next) => async (call) => mapValues(await next(call), (value) => value);

@service({ namespace: "batches" })
class Caller {
  plain = depends(Worker);
  checked = depends(Contract);
  checkedLater = depends(Late);
  intercepted = depends(Worker, { interceptors: [pass] });
  mapped = depends(Worker, { interceptors: [each] });
  repeated = depends(Worker, { retry: { attempts: 2 } });
  hedged = depends(Contract, { hedge: { afterMs: 10_000 } });
}

type Client = keyof Caller;
const CLIENTS: readonly Client[] = ["plain", "checked", "checkedLater", "intercepted", "mapped", "repeated", "hedged"];

let services: Services;
let caller: Caller;

beforeAll(async () => {
  services = new Services();
  caller = await services.object(Caller);
});

afterAll(() => services[Symbol.asyncDispose]());

function count(client: Client, request: Counting): ServiceStream<number> {
  return caller[client].count(request) as ServiceStream<number>;
}

/** Reads arrays to the end; the error is that of the call. */
async function read(batches: AsyncIterable<number[]>): Promise<{ batches: number[][]; error: unknown }> {
  const all: number[][] = [];
  try {
    for await (const batch of batches) all.push(batch);
    return { batches: all, error: null };
  } catch (error) {
    return { batches: all, error };
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe.each(CLIENTS)("a stream of a dependency in arrays: %s", (client) => {
  test("all items, in order, in arrays that are never empty; as many one by one", async () => {
    for (const to of [100, 101, 3_100]) {
      const { batches, error } = await read(count(client, { from: 100, to }).batches());
      expect(error).toBeNull();
      expect(batches.flat()).toEqual(range(100, to));
      expect(batches.every((batch) => batch.length > 0)).toBe(true);
      expect(await Array.fromAsync(count(client, { from: 100, to }))).toEqual(range(100, to));
      expect(await Array.fromAsync(count(client, { from: 100, to }).toReadableStream())).toEqual(range(100, to));
    }
  });

  test("an error comes behind the items before it, either way", async () => {
    const request: Counting = { from: 100, to: 300, end: "fail" };
    const { batches, error } = await read(count(client, request).batches());
    expect([batches.flat(), error]).toMatchObject([range(100, 300), { code: "not_found" }]);
    const items: number[] = [];
    const stream = count(client, request);
    const reading = (async () => {
      for await (const item of stream) items.push(item);
    })();
    expect(await failure(reading)).toMatchObject({ code: "not_found" });
    expect(items).toEqual(range(100, 300));
  });

  test("it can be read once, in one way", async () => {
    for (const second of [
      (stream: ServiceStream<number>) => stream.batches(),
      (stream: ServiceStream<number>) => stream[Symbol.asyncIterator](),
    ]) {
      const stream = count(client, { from: 0, to: 1 });
      stream.batches();
      expect(() => second(stream)).toThrow("read");
      stream.cancel();
    }
  });

  test("leaving early ends the call at the far end, by arrays and by items", async () => {
    const request: Counting = { from: 100, to: 110, end: "wait" };
    for (const way of ["batches", "items"] as const) {
      const ended = Promise.withResolvers<void>();
      over = ended.resolve;
      const stream = count(client, request);
      const items = way === "items" ? stream : stream.batches();
      for await (const _ of items) break;
      await ended.promise;
    }
  });

  test("cancel() while the reader waits, and in the middle of what has come", async () => {
    const request: Counting = { from: 100, to: 110, end: "wait" };
    const waiting = count(client, request);
    const items: number[] = [];
    const reading = (async () => {
      for await (const batch of waiting.batches()) {
        items.push(...batch);
        if (items.length === 10) setImmediate(() => waiting.cancel());
      }
    })();
    expect(await failure(reading)).toMatchObject({ code: "cancelled" });
    expect(items).toEqual(range(100, 110));

    const left = count(client, request);
    const some = left[Symbol.asyncIterator]();
    expect(await some.next()).toEqual({ done: false, value: 100 });
    left.cancel();
    expect(await failure(some.next() as Promise<unknown>)).toMatchObject({ code: "cancelled" });
  });
});

test.each(["checked", "checkedLater", "hedged"] as const)(
  "an item that does not fit ends the stream behind those before it: %s",
  async (client) => {
    for (const from of [0, 12, 13]) {
      const ended = Promise.withResolvers<void>();
      over = ended.resolve;
      const { batches, error } = await read(count(client, { from, to: 40, end: "wait" }).batches());
      expect(batches.flat()).toEqual(range(from, 13));
      expect(error).toMatchObject({ code: "invalid_response" });
      await ended.promise;
      over = () => {};
      const items: number[] = [];
      const stream = count(client, { from, to: 40 });
      const reading = (async () => {
        for await (const item of stream) items.push(item);
      })();
      expect(await failure(reading)).toMatchObject({ code: "invalid_response" });
      expect(items).toEqual(range(from, 13));
    }
  },
);

test("a call that was over before its signal fired keeps what has come", async () => {
  const controller = new AbortController();
  const stream = caller.checked.count({ from: 100, to: 110 }, { signal: controller.signal });
  const items: number[] = [];
  for await (const item of stream) {
    items.push(item);
    // A later call is answered after this one has ended.
    if (item === 100) await Array.fromAsync(caller.checked.count({ from: 100, to: 101 }));
    controller.abort();
  }
  expect(items).toEqual(range(100, 110));
});

test("a second next() while one waits is an error of that one alone", async () => {
  const items = caller.checked.count({ from: 100, to: 101 })[Symbol.asyncIterator]();
  const first = items.next();
  expect(await failure(items.next() as Promise<unknown>)).toMatchObject({ code: "invalid_argument" });
  expect(await first).toEqual({ done: false, value: 100 });
  expect(await items.next()).toEqual({ done: true, value: undefined });
});

test("a stream that goes on elsewhere counts the items of its arrays", async () => {
  const gate = Promise.withResolvers<void>();

  @service({ namespace: "batches", name: "lost" })
  class Lost {
    @endpoint()
    async *count({ from, to }: Counting, context: Context): AsyncGenerator<number> {
      for (let n = from; n < to; n++) {
        // The lost one hangs in the middle.
        if (n === 50 && from === 0) await gate.promise;
        if (context.isKilled()) return;
        yield n;
      }
    }
  }
  @service({ namespace: "batches", name: "lost-caller" })
  class LostCaller {
    lost = depends(Lost);
  }
  const tcp = { runtime: { discovery: "memory", requestPlane: "tcp" }, drainMs: 0 } as const;
  await using own = new Services();
  const { lost } = await own.caller(LostCaller, tcp);
  const one = await own.one(Lost, tcp);
  const other = await own.one(Lost, tcp);
  const parts: unknown[] = [];
  const stream = lost.count(
    { from: 0, to: 100 },
    {
      instanceId: one.runtime.instanceId,
      resume: ({ request, received, last }) => {
        parts.push([received, last]);
        return { ...request, from: received };
      },
    },
  );
  const items: number[] = [];
  for await (const batch of stream.batches()) {
    items.push(...batch);
    if (items.length === 50) void one.stop().catch(() => undefined);
  }
  gate.resolve();
  expect(items).toEqual(range(0, 100));
  expect(parts).toEqual([[50, 49]]);
  expect(stream.instanceId).toBe(other.runtime.instanceId);
});
