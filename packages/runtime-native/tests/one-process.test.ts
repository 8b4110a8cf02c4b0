import { describe, expect, test } from "bun:test";
import { AsyncLocalStorage } from "node:async_hooks";

import type { Client, DistributedRuntime, Handler } from "../src/index.ts";
import { collect, freshPath, runtimeOn } from "./support/pair.ts";

/** Deeper than one turn answers. */
const LEVELS = 1_000;

/** So many calls that a timer which waits for their end is never seen. */
const ENDLESS = 1_000_000;

interface Ends extends AsyncDisposable {
  readonly worker: DistributedRuntime;
  readonly caller: DistributedRuntime;
}

/** Worker and caller in one runtime, or in one each; on JavaScript's one thread both ways. */
const WAYS: [name: string, make: () => Promise<Ends>][] = [
  [
    "itself",
    async () => {
      const runtime = await runtimeOn("memory", { maxConcurrentCalls: 2 * LEVELS });
      return { worker: runtime, caller: runtime, [Symbol.asyncDispose]: () => ended(runtime) };
    },
  ],
  [
    "its neighbour",
    async () => {
      const worker = await runtimeOn("memory", { maxConcurrentCalls: 2 * LEVELS });
      const caller = await runtimeOn("memory", { maxConcurrentCalls: 2 * LEVELS });
      return {
        worker,
        caller,
        [Symbol.asyncDispose]: async () => {
          await ended(caller);
          await ended(worker);
        },
      };
    },
  ],
];

async function ended(runtime: DistributedRuntime): Promise<void> {
  await runtime.shutdown({ timeoutMs: 0 });
}

async function serve<Req, Res>(
  worker: DistributedRuntime,
  caller: DistributedRuntime,
  handler: Handler<Req, Res>,
): Promise<Client<Req, Res>> {
  const path = freshPath();
  await worker.endpoint(path).serveEndpoint(handler);
  const client = await caller.endpoint(path).client<Req, Res>();
  await client.waitForInstances();
  return client;
}

describe.each(WAYS)("a runtime that calls %s over the memory plane", (_name, make) => {
  test(`handlers call each other ${LEVELS} levels deep`, async () => {
    await using ends = await make();
    const there: Client<number, number> = await serve<number, number>(ends.worker, ends.caller, async (level) =>
      level === 0 ? 0 : 1 + (await back.generate(level - 1).one()),
    );
    const back: Client<number, number> = await serve<number, number>(ends.caller, ends.worker, async (level) =>
      level === 0 ? 0 : 1 + (await there.generate(level - 1).one()),
    );
    expect(await there.generate(LEVELS).one()).toBe(LEVELS);
  });

  test("a handler runs outside of what its caller runs in, whoever sends", async () => {
    await using ends = await make();
    const storage = new AsyncLocalStorage<string>();
    const client = await serve<null, string | null>(ends.worker, ends.caller, async () => storage.getStore() ?? null);
    // In a turn of its own: not in one that tells what has arrived.
    const within = (name: string) =>
      storage.run(name, async () => {
        await new Promise((turn) => setImmediate(turn));
        return await client.generate(null).one();
      });
    for (const _ of [1, 2, 3]) {
      expect(await Promise.all(["a", "b", "c"].map(within))).toEqual([null, null, null]);
    }
  });

  test("calls one after another let timers, immediates and other calls have their turns", async () => {
    await using ends = await make();
    const client = await serve<number, number>(ends.worker, ends.caller, async (number) => number);
    const seen = { timer: 0, immediate: 0, other: 0 };
    const timer = setInterval(() => seen.timer++, 1);
    const immediate = (): void => {
      seen.immediate++;
      if (seen.immediate < 3) setImmediate(immediate);
    };
    setImmediate(immediate);
    const other = (async () => {
      for (; seen.other < 3; seen.other++) await client.generate(seen.other).one();
    })();
    let calls = 0;
    while ((seen.timer < 3 || seen.immediate < 3 || seen.other < 3) && calls < ENDLESS) {
      expect(await client.generate(calls).one()).toBe(calls);
      calls++;
    }
    clearInterval(timer);
    await other;
    expect(calls).toBeLessThan(ENDLESS);
  });

  test("a stream that is read slowly stops its handler, and every item comes in order", async () => {
    const ITEMS = 2_000;
    await using ends = await make();
    let made = 0;
    const client = await serve<number, string>(ends.worker, ends.caller, async function* (count) {
      for (; made < count; made++) yield `${made} ${"x".repeat(1_000)}`;
    });
    const numbers: number[] = [];
    for await (const item of client.generate(ITEMS)) {
      numbers.push(Number.parseInt(item, 10));
      if (numbers.length === 1) {
        // Until the handler stands still, which nobody announces: many turns without another item.
        for (let still = 0, before = -1; still < 50; still++) {
          if (made !== before) still = 0;
          before = made;
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect(made).toBeLessThan(ITEMS);
      }
    }
    expect(numbers).toEqual(Array.from({ length: ITEMS }, (__, index) => index));
  });

  test("a stream that is left ends its handler", async () => {
    await using ends = await make();
    const finished = Promise.withResolvers<number>();
    const client = await serve<null, number>(ends.worker, ends.caller, async function* () {
      let made = 0;
      try {
        for (;;) yield made++;
      } finally {
        finished.resolve(made);
      }
    });
    for await (const item of client.generate(null)) if (item === 10) break;
    expect(await finished.promise).toBeGreaterThan(10);
  });

  test("many calls and streams at once are each answered with their own", async () => {
    await using ends = await make();
    const client = await serve<number, string>(ends.worker, ends.caller, async function* (number) {
      for (let index = 0; index < 20; index++) yield `${number} ${index} ${"x".repeat(number)}`;
    });
    const all = await Promise.all(Array.from({ length: 300 }, (__, number) => collect(client.generate(number))));
    for (const [number, items] of all.entries()) {
      expect(items).toEqual(Array.from({ length: 20 }, (__, index) => `${number} ${index} ${"x".repeat(number)}`));
    }
  });

  test("payloads larger than the pipe go through", async () => {
    await using ends = await make();
    const client = await serve<Uint8Array, Uint8Array>(ends.worker, ends.caller, async (bytes) => bytes);
    const bytes = new Uint8Array(3_000_000).map((__, index) => index % 251);
    const answers = await Promise.all([1, 2, 3].map(() => client.generate(bytes).one()));
    for (const answer of answers) expect(Buffer.compare(answer, bytes)).toBe(0);
  });

  test("a shutdown in the middle of calls ends each of them", async () => {
    await using ends = await make();
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const client = await serve<number, number>(ends.worker, ends.caller, async (number) => {
      if (number === 0) {
        begun.resolve();
        await gate.promise;
      }
      return number;
    });
    const held = client
      .generate(0)
      .one()
      .then(String, (error: { code: string }) => error.code);
    await begun.promise;
    const lanes = Array.from({ length: 16 }, async () => {
      for (let calls = 1; calls < ENDLESS; calls++) {
        try {
          await client.generate(calls).one();
        } catch (error) {
          return (error as { code: string }).code;
        }
      }
      return "never";
    });
    await ends.worker.shutdown({ timeoutMs: 20 });
    gate.resolve();
    for (const code of await Promise.all(lanes))
      expect(code).toBeOneOf(["no_instances", "shutting_down", "unknown_outcome"]);
    expect(await held).toBeOneOf(["unknown_outcome", "shutting_down"]);
  });
});
