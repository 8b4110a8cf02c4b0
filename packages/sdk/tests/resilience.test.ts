import { expect, test } from "bun:test";

import {
  type Context,
  type CustomRouter,
  depends,
  endpoint,
  type Interceptor,
  onStart,
  service,
  StatorError,
} from "../src/index.ts";
import { testCluster } from "../src/testing/index.ts";
import { failure, Services } from "./support/serving.ts";

test("a function routes calls by what is in them", async () => {
  @service({ namespace: "route" })
  class Worker {
    @endpoint()
    async who(_request: number, context: Context): Promise<bigint> {
      return context.instanceId;
    }

    @endpoint()
    async *items(_request: number, context: Context): AsyncGenerator<bigint> {
      yield context.instanceId;
      yield context.instanceId;
    }
  }
  let choice: ((ids: readonly bigint[], request: unknown) => bigint | null) | null = null;
  const router: CustomRouter = (instances, { request, path }) => {
    expect(path).toStartWith("route.worker.");
    return (
      choice?.(
        instances.map((each) => each.instanceId),
        request,
      ) ?? null
    );
  };
  @service({ namespace: "route" })
  class Caller {
    worker = depends(Worker, { router, minInstances: 3 });
    direct = depends(Worker, { router: "direct" });
  }
  await using services = new Services();
  const ids: bigint[] = [];
  for (let n = 0; n < 3; n++) ids.push((await services.one(Worker)).runtime.instanceId);
  ids.sort((a, b) => (a < b ? -1 : 1));
  const { worker, direct } = await services.caller(Caller);
  expect(await direct.who(0, { instanceId: ids[1] ?? 0n })).toBe(ids[1] ?? 0n);
  expect(await failure(direct.who(0))).toMatchObject({
    code: "invalid_argument",
    message: "route.worker.who is called directly: give the call an instanceId.",
  });
  choice = (known, request) => known[request as number] ?? null;
  for (const at of [0, 1, 2, 1]) {
    expect(await worker.who(at)).toBe(ids[at] ?? 0n);
    expect(await Array.fromAsync(worker.items(at))).toEqual([ids[at] ?? 0n, ids[at] ?? 0n]);
  }
  // No choice leaves it to the runtime; the call's own word counts most.
  expect(ids).toContain(await worker.who(99));
  choice = (known) => known[0] ?? null;
  expect(await worker.who(0, { instanceId: ids[2] ?? 0n })).toBe(ids[2] ?? 0n);
  choice = () => 7n;
  expect(await failure(worker.who(0))).toMatchObject({
    code: "invalid_argument",
    message: "route.worker.who: the router chose 7, which is none of the 3 instances.",
  });
});

test("the start waits for as many instances as it needs, before its hooks run", async () => {
  const events: string[] = [];
  @service({ namespace: "wait" })
  class Worker {
    @endpoint()
    async ping(_request: null): Promise<string> {
      return "pong";
    }
  }
  @service({ namespace: "wait" })
  class Caller {
    worker = depends(Worker, { minInstances: 2 });

    @onStart
    async first(): Promise<void> {
      events.push(await this.worker.ping());
    }
  }
  @service({ namespace: "wait" })
  class Impatient {
    worker = depends(Worker, { minInstances: 3, waitMs: 20 });

    @onStart
    first(): void {
      events.push("never");
    }
  }
  await using services = new Services();
  await services.one(Worker);
  const starting = services.caller(Caller);
  await services.one(Worker);
  await starting;
  expect(events).toEqual(["pong"]);
  expect(await failure(services.caller(Impatient))).toMatchObject({ code: "no_instances" });
  expect(events).toEqual(["pong"]);
  // A service that runs in the same process is there by itself.
  @service({ namespace: "wait" })
  class Whole {
    worker = depends(Worker, { waitMs: 5000 });
  }
  const whole = await services.object(Whole);
  expect(await whole.worker.ping()).toBe("pong");
});

test("a call that was refused is made again, on another instance too", async () => {
  const gate = Promise.withResolvers<void>();
  const busy = Promise.withResolvers<void>();
  @service({ namespace: "retry" })
  class Worker {
    @endpoint({ limits: { maxConcurrency: 1 }, retry: { attempts: 10, baseMs: 1 } })
    async run(request: string, context: Context): Promise<bigint> {
      if (request === "hold") {
        busy.resolve();
        await gate.promise;
      }
      return context.instanceId;
    }
  }
  @service({ namespace: "retry" })
  class Caller {
    worker = depends(Worker);
    never = depends(Worker, { retry: false });
  }
  await using services = new Services();
  const [full, free] = [await services.one(Worker), await services.one(Worker)];
  const { worker, never } = await services.caller(Caller);
  const held = worker.run("hold", { instanceId: full.runtime.instanceId });
  await busy.promise;
  for (let n = 0; n < 10; n++) expect(await worker.run("short")).toBe(free.runtime.instanceId);
  const both = await Promise.allSettled([never.run("short"), never.run("short")]);
  expect(both.map((each) => each.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  gate.resolve();
  await held;
});

test("retries end with the attempts, the budget, the deadline and the caller", async () => {
  let calls = 0;
  @service({ namespace: "retry", name: "failing" })
  class Failing {
    @endpoint({ idempotent: true })
    async *run(_request: null): AsyncGenerator<number> {
      calls += 1;
      yield* [];
      throw new StatorError("unavailable", "always");
    }

    @endpoint({ idempotent: true })
    async *later(_request: null): AsyncGenerator<number> {
      calls += 1;
      yield 1;
      throw new StatorError("unavailable", "later");
    }

    @endpoint()
    async once(_request: null): Promise<number> {
      calls += 1;
      throw new StatorError("unavailable", "it has run");
    }

    @endpoint({ idempotent: true, requestStream: true })
    async sum(_requests: AsyncIterable<number>): Promise<number> {
      calls += 1;
      throw new StatorError("unavailable", "always");
    }
  }
  @service({ namespace: "retry" })
  class Caller {
    three = depends(Failing, { retry: { attempts: 3, baseMs: 0 } });
    poor = depends(Failing, { retry: { attempts: 100, baseMs: 0, budget: 0 } });
    slow = depends(Failing, { retry: { attempts: 100, baseMs: 60_000, maxMs: 60_000 } });
  }
  await using services = new Services();
  const caller = await services.object(Caller);
  const count = async (call: () => Promise<unknown>): Promise<[number, unknown]> => {
    calls = 0;
    const { code } = (await failure(call())) as StatorError;
    return [calls, code];
  };
  expect(await count(() => caller.three.run().one())).toEqual([3, "unavailable"]);
  expect(await count(() => Array.fromAsync(caller.three.run()))).toEqual([3, "unavailable"]);
  expect(await count(() => Array.fromAsync(caller.three.later()))).toEqual([1, "unavailable"]);
  expect(await count(() => caller.three.once())).toEqual([1, "unavailable"]);
  expect(await count(() => caller.three.sum([1]))).toEqual([1, "unavailable"]);
  expect(await count(() => caller.poor.run().one())).toEqual([11, "unavailable"]);
  expect(await count(() => caller.poor.run().one())).toEqual([1, "unavailable"]);
  // A pause that would outlast the deadline is not begun; chance may let it be short.
  expect((await count(() => caller.slow.run(null, { timeoutMs: 500 }).one()))[1]).toBe("unavailable");
  const leave = new AbortController();
  calls = 0;
  const left = caller.slow.run(null, { signal: leave.signal }).one();
  while (calls === 0) await new Promise(setImmediate);
  leave.abort();
  expect(["unavailable", "cancelled"]).toContain(((await failure(left)) as StatorError).code);
});

test("the breaker leaves out an instance that fails, and takes it back when it has recovered", async () => {
  @service({ namespace: "break" })
  class Worker {
    @endpoint()
    async run(_request: null): Promise<string> {
      return "done";
    }

    @endpoint()
    async refuse(_request: null): Promise<void> {
      throw new StatorError("invalid_argument", "not like this");
    }
  }
  await using cluster = await testCluster(Worker, { clock: "fake", instances: { Worker: 2 } });
  const worker = await cluster.connect(Worker, { breaker: { failures: 3, openMs: 5000 } });
  const codes = async (count: number): Promise<string[]> => {
    const all: string[] = [];
    for (let n = 0; n < count; n++) {
      all.push(await worker.run().catch((error: StatorError) => error.code));
      // What the core is told of an instance has reached it.
      await cluster.settled();
    }
    return all;
  };
  const [one, two] = [cluster.instance(Worker, 1), cluster.instance(Worker, 2)];
  cluster.on(Worker, "run", { instance: one }).fail("internal");
  expect((await codes(30)).filter((code) => code !== "done")).toEqual(["internal", "internal", "internal"]);

  cluster.on(Worker, "run", { instance: two }).fail("internal");
  expect(await codes(5)).toEqual(["internal", "internal", "internal", "unavailable", "unavailable"]);
  const refused = (await failure(worker.run())) as StatorError;
  expect(refused).toMatchObject({
    code: "unavailable",
    message: "break.worker.run: all of its 2 instances have failed 3 times in a row; the next trial is in 5000 ms.",
    details: { breaker: "open", retryAfterMs: 5000 },
  });
  expect(cluster.calls.to(Worker, "run")).toHaveLength(33);

  // A trial that fails leaves its instance out for longer; one that works brings it back.
  await cluster.clock.advance(5000);
  expect(await codes(1)).toEqual(["internal"]);
  cluster.clearFaults();
  await cluster.clock.advance(10_000);
  cluster.calls.clear();
  expect(await codes(4)).toEqual(["done", "done", "done", "done"]);
  expect(new Set(cluster.calls.to(Worker, "run").map(({ instance }) => instance)).size).toBe(2);
  // What an endpoint is there to say does not speak against an instance.
  for (let n = 0; n < 10; n++) expect(await failure(worker.refuse())).toMatchObject({ code: "invalid_argument" });
});

test("p2c sends calls where fewer are open", async () => {
  @service({ namespace: "p2c" })
  class Worker {
    @endpoint()
    async *hold(_request: null, context: Context): AsyncGenerator<bigint> {
      yield context.instanceId;
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    }
  }
  @service({ namespace: "p2c" })
  class Caller {
    worker = depends(Worker, { router: "p2c", minInstances: 2 });
  }
  await using services = new Services();
  const one = await services.one(Worker);
  await services.one(Worker);
  const { worker } = await services.caller(Caller);
  const open = [];
  for (let n = 0; n < 4; n++) {
    const items = worker.hold(null, { instanceId: one.runtime.instanceId })[Symbol.asyncIterator]();
    await items.next();
    open.push(items);
  }
  for (let n = 0; n < 4; n++) {
    const items = worker.hold()[Symbol.asyncIterator]();
    expect((await items.next()).value).not.toBe(one.runtime.instanceId);
    open.push(items);
  }
  for (const items of open) await items.return?.();
});

test("a call that takes long is made beside itself, and the slower one ends", async () => {
  const ended: string[] = [];
  const slow = new Set<bigint>();
  let calls = 0;

  @service({ namespace: "hedge" })
  class Worker {
    @endpoint({ idempotent: true })
    async *items(_request: null, context: Context): AsyncGenerator<bigint> {
      calls += 1;
      if (slow.has(context.instanceId)) {
        await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        ended.push("slow");
        return;
      }
      yield context.instanceId;
      yield context.instanceId;
    }

    @endpoint({ idempotent: true })
    async fails(_request: null): Promise<void> {
      calls += 1;
      throw new StatorError("internal", "no");
    }

    @endpoint()
    async once(_request: null, context: Context): Promise<void> {
      calls += 1;
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    }
  }
  @service({ namespace: "hedge" })
  class Caller {
    worker = depends(Worker, { hedge: { afterMs: 5, budget: 0 } });
  }
  await using services = new Services();
  const [one, two] = [await services.one(Worker), await services.one(Worker)];
  const [bad, good] = [one.runtime.instanceId, two.runtime.instanceId];
  slow.add(bad);
  const { worker } = await services.caller(Caller);
  // Round-robin: each first or second call goes to the slow one.
  for (let n = 0; n < 4; n++) expect(await Array.fromAsync(worker.items())).toEqual([good, good]);
  while (ended.length === 0) await new Promise(setImmediate);
  expect(await failure(worker.fails())).toMatchObject({ code: "internal", message: "no" });
  calls = 0;
  expect(await failure(worker.once(null, { timeoutMs: 50 }))).toMatchObject({ code: "deadline_exceeded" });
  expect(calls).toBe(1);
  // Both are slow: the call's limit holds for the two together.
  slow.add(good);
  expect(await failure(worker.items(null, { timeoutMs: 50 }).one())).toMatchObject({ code: "deadline_exceeded" });
  // Leaving ends both.
  ended.length = 0;
  calls = 0;
  const left = worker.items();
  const next = left[Symbol.asyncIterator]().next();
  while (calls < 2) await new Promise(setImmediate);
  left.cancel();
  expect(await failure(next)).toMatchObject({ code: "cancelled" });
  while (ended.length < 2) await new Promise(setImmediate);
  // Without budget there is no second call.
  for (let n = 0; n < 10; n++) await failure(worker.items(null, { timeoutMs: 20 }).one());
  calls = 0;
  await failure(worker.items(null, { timeoutMs: 20 }).one());
  expect(calls).toBe(1);
});

const pass: Interceptor = (next) => (call) => next(call);

test("a stream whose worker was lost goes on where it broke, with nothing lost or doubled", async () => {
  let gate = Promise.withResolvers<void>();

  @service({ namespace: "resume" })
  class Worker {
    @endpoint()
    async *count({ from, to }: { from: number; to: number }, context: Context): AsyncGenerator<number> {
      for (let n = from; n < to; n++) {
        // The lost one hangs in the middle.
        if (n === 5 && from === 0) await gate.promise;
        if (context.isKilled()) return;
        yield n;
      }
    }

    @endpoint()
    async *refuse(_request: null): AsyncGenerator<number> {
      yield 1;
      throw new StatorError("internal", "no");
    }
  }
  @service({ namespace: "resume" })
  class Caller {
    worker = depends(Worker);
    intercepted = depends(Worker, { interceptors: [pass], retry: { attempts: 2 } });
  }
  const tcp = { runtime: { discovery: "memory", requestPlane: "tcp" }, drainMs: 0 } as const;
  await using services = new Services();
  const caller = await services.caller(Caller, tcp);
  for (const client of ["worker", "intercepted"] as const) {
    gate = Promise.withResolvers<void>();
    const one = await services.one(Worker, tcp);
    const parts: unknown[] = [];
    const other = await services.one(Worker, tcp);
    const lost = one.runtime.instanceId;
    const stream = caller[client].count(
      { from: 0, to: 10 },
      {
        instanceId: lost,
        resume: ({ request, received, last, error }) => {
          parts.push([request, received, last, error.code]);
          return { ...request, from: received };
        },
      },
    );
    const items: number[] = [];
    for await (const item of stream) {
      items.push(item);
      if (item === 4) void one.stop().catch(() => undefined);
    }
    gate.resolve();
    expect(items).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(parts).toEqual([[{ from: 0, to: 10 }, 5, 4, "unknown_outcome"]]);
    expect(stream.instanceId).toBe(other.runtime.instanceId);

    // Null lets it fail; so does what is no loss.
    let asked = 0;
    const never = () => {
      asked += 1;
      return null;
    };
    expect(await failure(Array.fromAsync(caller[client].refuse(null, { resume: never })))).toMatchObject({
      code: "internal",
    });
    expect(asked).toBe(0);
    await other.stop();
    const nobody = await failure(Array.fromAsync(caller[client].count({ from: 1, to: 2 }, { resume: never })));
    expect(["no_instances", "unavailable"]).toContain((nobody as StatorError).code);
    expect(asked).toBe(1);
  }
});

@service({ namespace: "resilience" })
class Sample {
  readonly size = 1;
}

test.each([
  [{ router: "fastest" }, 'depends: router "fastest" is unknown; there is "round-robin"'],
  [{ router: "least-loadet" }, 'did you mean "least-loaded"?'],
  [{ minInstances: 0 }, "depends: minInstances: 0 is not a whole number of at least 1"],
  [{ waitMs: -1 }, "depends: waitMs: -1 is not"],
  [{ breaker: { failure: 1 } }, 'depends: breaker: unknown option "failure"; did you mean "failures"?'],
  [{ retry: { attempts: 0 } }, "depends: retry: attempts: 0 is not"],
  [{ hedge: {} }, "depends: hedge: afterMs is missing"],
  [{ hedge: { afterMs: 5, budget: -1 } }, "depends: hedge: budget: -1 is not a share"],
  [{ interceptors: {} }, "depends: interceptors is a list of functions"],
])("depends refuses %j", (options, message) => {
  expect(() => depends(() => Sample, options as never)).toThrow(message);
});
