import { expect, test } from "bun:test";

import { api, type Context, depends, endpoint, type ServerInterceptor, service, StatorError } from "../src/index.ts";
import { testCluster } from "../src/testing/index.ts";
import { failure, Services } from "./support/serving.ts";

/** Lets calls of a test wait until it says so. */
class Gate {
  private readonly gate = Promise.withResolvers<void>();
  private arrived = 0;
  private waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  readonly open = this.gate.resolve;

  async pass(): Promise<void> {
    this.arrived += 1;
    for (const { count, resolve } of this.waiting) if (this.arrived >= count) resolve();
    await this.gate.promise;
  }

  /** Resolves when so many calls have come. */
  reached(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.arrived >= count) resolve();
    else this.waiting.push({ count, resolve });
    return promise;
  }
}

test("a thousand callers at ten places and a queue of fifty: sixty are served, the others are refused", async () => {
  const gate = new Gate();
  let [running, most] = [0, 0];

  @service({ namespace: "limits", limits: { maxConcurrency: 10, queue: 50 } })
  class Worker {
    @endpoint()
    async run(request: number): Promise<number> {
      running += 1;
      most = Math.max(most, running);
      await gate.pass();
      running -= 1;
      return request;
    }
  }
  @service({ namespace: "limits" })
  class Caller {
    worker = depends(Worker);
  }
  await using services = new Services();
  const caller = await services.object(Caller);
  const calls = Array.from({ length: 1000 }, (_, index) => caller.worker.run(index));
  const refused = Promise.withResolvers<void>();
  let failed = 0;
  for (const call of calls) {
    call.catch(() => {
      failed += 1;
      if (failed === 940) refused.resolve();
    });
  }
  await refused.promise;
  await gate.reached(10);
  gate.open();
  const results = await Promise.allSettled(calls);
  const served = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason as StatorError] : []));
  expect(most).toBe(10);
  expect(new Set(served).size).toBe(60);
  expect(errors.length).toBe(940);
  expect(new Set(errors.map((error) => error.code))).toEqual(new Set(["overloaded"]));
  expect(errors[0]?.message).toBe(
    "limits.worker is full: 10 calls are running and 50 are waiting, as many as its limits allow.",
  );
  expect(errors[0]?.details).toEqual({ refused: "limits.worker.run", maxConcurrency: 10, queue: 50 });
  expect(await caller.worker.run(7)).toBe(7);
});

test("a call that waits leaves the queue with its caller, or when its time is up", async () => {
  const gate = new Gate();
  const seen: string[] = [];
  const [queued, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const watch: ServerInterceptor = (next) => (call) => {
    if (!call.request.stream && call.request.value === "leaving") {
      queued.resolve();
      call.signal.addEventListener("abort", () => gone.resolve());
    }
    return next(call);
  };

  @service({ namespace: "limits" })
  class Worker {
    @endpoint({ limits: { maxConcurrency: 1, queue: 2 }, interceptors: [watch] })
    async *run(request: string): AsyncGenerator<string> {
      seen.push(request);
      await gate.pass();
      yield request;
    }

    @endpoint({ limits: { maxConcurrency: 1, queue: 1 }, timeoutMs: 30 })
    async limited(request: string, context: Context): Promise<string> {
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      return request;
    }
  }
  @service({ namespace: "limits" })
  class Caller {
    worker = depends(Worker, { timeoutMs: 60_000 });
  }
  await using services = new Services();
  const { worker } = await services.object(Caller);
  const first = worker.run("first").one();
  await gate.reached(1);
  const leave = new AbortController();
  const leaving = worker.run("leaving", { signal: leave.signal }).one();
  const late = worker.run("late", { timeoutMs: 30 }).one();
  expect(await failure(late)).toMatchObject({ code: "deadline_exceeded" });
  await queued.promise;
  leave.abort();
  await gone.promise;
  expect(await failure(leaving)).toMatchObject({ code: "cancelled" });
  gate.open();
  expect(await first).toBe("first");
  expect(await worker.run("second").one()).toBe("second");
  expect(seen).toEqual(["first", "second"]);

  // The endpoint's own limit counts the wait, too.
  const holds = worker.limited("holds");
  const waits = worker.limited("waits");
  expect(await failure(holds)).toMatchObject({ code: "deadline_exceeded" });
  expect(await failure(waits)).toMatchObject({ code: "deadline_exceeded" });
});

test("how full the places and the queue are stands at /metrics, of the service and of each endpoint", async () => {
  const gate = new Gate();

  @service({ namespace: "limits", limits: { maxConcurrency: 5 } })
  class Worker {
    @endpoint({ limits: { maxConcurrency: 1, queue: 2 } })
    async run(request: number): Promise<number> {
      await gate.pass();
      return request;
    }
  }
  await using services = new Services();
  const { runtime } = await services.graph(Worker, {
    runtime: { discovery: "memory", systemPort: 0, systemHost: "127.0.0.1" },
  });
  await using client = await runtime.endpoint("limits.worker.run").client<number, number>();
  await client.waitForInstances();
  const numbers = async (end: string): Promise<number[]> => {
    const rows = (await (await fetch(`http://${runtime.systemAddress}/metrics`)).text()).split("\n");
    const place = 'dynamo_component="worker"';
    return [`{${place},dynamo_namespace`, `{${place},dynamo_endpoint="run",dynamo_namespace`].map((labels) =>
      Number(
        rows
          .find((row) => row.startsWith(`dynamo_work_handler_${end}${labels}`))
          ?.split(" ")
          .at(-1),
      ),
    );
  };
  expect(await numbers("pool_capacity")).toEqual([5, 1]);
  expect(await numbers("queue_capacity")).toEqual([0, 2]);
  const calls = [1, 2, 3, 4].map((request) => client.generate(request).one());
  expect(await failure(Promise.all(calls))).toMatchObject({ code: "overloaded" });
  await gate.reached(1);
  expect(await numbers("pool_active_tasks")).toEqual([1, 1]);
  expect(await numbers("queue_depth")).toEqual([0, 2]);
  expect(await numbers("enqueue_rejected_total")).toEqual([0, 1]);
  expect(await numbers("permit_wait_seconds_count")).toEqual([1, 1]);
  gate.open();
  expect((await Promise.allSettled(calls)).filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  expect(await numbers("pool_active_tasks")).toEqual([0, 0]);
  expect(await numbers("queue_depth")).toEqual([0, 0]);
  expect(await numbers("permit_wait_seconds_count")).toEqual([3, 3]);
  const [ofService = 0, ofEndpoint = 0] = await numbers("permit_wait_seconds_sum");
  expect(ofEndpoint).toBeGreaterThan(ofService);
});

test("a stream holds its place until it has ended, over HTTP too", async () => {
  @service({ namespace: "limits", limits: { maxConcurrency: 1 } })
  class Worker {
    @api({ method: "GET", path: "/count" })
    async *count(_request: object): AsyncGenerator<number> {
      for (let n = 0; ; n++) yield n;
    }

    @endpoint()
    async *other(_request: null): AsyncGenerator<number> {
      yield 1;
    }
  }
  @service({ namespace: "limits" })
  class Caller {
    worker = depends(Worker);
  }
  await using services = new Services();
  const caller = await services.object(Caller);
  const stream = caller.worker.count({});
  const items = stream[Symbol.asyncIterator]();
  expect((await items.next()).value).toBe(0);
  expect(await failure(caller.worker.other().one())).toMatchObject({ code: "overloaded" });
  await items.return?.();
  await untilServed(() => caller.worker.other().one());

  const front = await services.one(Worker);
  const response = await fetch(`${front.url}/count`);
  const reader = response.body?.getReader();
  await reader?.read();
  const refused = await fetch(`${front.url}/count`);
  expect(refused.status).toBe(529);
  expect(await refused.json()).toMatchObject({ error: { code: "overloaded", retryable: true } });
  await reader?.cancel();
  await untilServed(async () => {
    const again = await fetch(`${front.url}/count`);
    await again.body?.cancel();
    if (!again.ok) throw new StatorError("overloaded", "still");
  });
});

test("calls that come too fast are refused, and say when to come again", async () => {
  @service({ namespace: "limits", limits: { perSecond: 4, burst: 2 } })
  class Slow {
    @endpoint()
    async run(_request: null): Promise<string> {
      return "done";
    }
  }
  await using cluster = await testCluster(Slow, { clock: "fake" });
  const { run } = cluster.client(Slow);
  expect([await run(), await run()]).toEqual(["done", "done"]);
  expect(await failure(run())).toMatchObject({
    code: "overloaded",
    message: "limits.slow takes 4 calls a second; try again in 250 ms.",
    details: { refused: "limits.slow.run", retryAfterMs: 250 },
  });
  await cluster.clock.advance(250);
  expect(await run()).toBe("done");
});

test("a service that passes on a refusal is not taken for one that refused", async () => {
  @service({ namespace: "limits" })
  class Full {
    @endpoint({ limits: { maxConcurrency: 1 } })
    async run(_request: null, context: Context): Promise<void> {
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    }
  }
  @service({ namespace: "limits", limits: { maxConcurrency: 100 } })
  class Middle {
    full = depends(Full, { retry: false });

    @endpoint()
    async run(_request: null): Promise<void> {
      await this.full.run();
    }
  }
  await using cluster = await testCluster(Middle);
  const middle = await cluster.connect(Middle, { retry: { attempts: 5, baseMs: 1 } });
  const holds = new AbortController();
  const taken = cluster.calls.next(Full);
  const held = failure(cluster.client(Full).run(null, { signal: holds.signal }));
  await taken;
  expect(await failure(middle.run())).toMatchObject({ code: "overloaded" });
  // Middle has run, so it must not run again: its endpoint is not idempotent.
  expect(cluster.calls.to(Middle)).toHaveLength(1);
  holds.abort();
  expect(await held).toMatchObject({ code: "cancelled" });
});

/** The service hears a moment later that a caller has left. */
async function untilServed(call: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await call();
      return;
    } catch (error) {
      if ((error as StatorError).code !== "overloaded") throw error;
    }
  }
}
