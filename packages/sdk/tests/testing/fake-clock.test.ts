import { expect, test } from "bun:test";

import { api, type Context, clock, depends, endpoint, onStart, service } from "@stator/sdk";
import { stub, testCluster, testService } from "@stator/sdk/testing";

import { failure, Frontend, Worker } from "./services.ts";

test("services wait by the clock of the test", async () => {
  await using cluster = await testCluster(Worker, { clock: "fake", startAt: 1000 });
  expect(cluster.clock.now()).toBe(1000);
  const over: string[] = [];
  const calls = [3000, 1000, 2000].map(async (ms) => {
    await cluster.client(Worker).wait(ms);
    over.push(`${ms} at ${cluster.clock.now() - 1000}`);
  });
  await cluster.clock.advance(999);
  expect(over).toEqual([]);
  await cluster.clock.advance(1);
  expect(over).toEqual(["1000 at 1000"]);
  // What falls due on the way happens at its own time.
  await cluster.clock.advance(60_000);
  expect(over).toEqual(["1000 at 1000", "2000 at 2000", "3000 at 3000"]);
  await Promise.all(calls);
  expect(await cluster.clock.advanceToNext()).toBe(0);
});

test("a stream is read as time passes", async () => {
  await using cluster = await testCluster(Worker, { clock: "fake" });
  const items: number[] = [];
  const reading = (async () => {
    for await (const tick of cluster.client(Worker).ticks()) {
      items.push(tick);
      if (tick === 4) break;
    }
  })();
  await cluster.settled();
  expect(items).toEqual([1]);
  await cluster.clock.advance(2500);
  expect(items).toEqual([1, 2, 3]);
  expect(await cluster.clock.advanceToNext()).toBe(500);
  await reading;
  await cluster.settled();
  expect(cluster.calls.to(Worker, "ticks")).toMatchObject([{ status: "left", items: [1, 2, 3, 4] }]);
});

@service({ namespace: "kit" })
class Slow {
  left: string[] = [];

  @endpoint({ timeoutMs: 5000 })
  async limited(_request: null, context: Context): Promise<number | null> {
    return this.think(context);
  }

  @endpoint()
  async free(_request: null, context: Context): Promise<number | null> {
    return this.think(context);
  }

  private async think(context: Context): Promise<number | null> {
    const { signal, deadline } = context;
    signal.addEventListener("abort", () => this.left.push((signal.reason as { code: string }).code));
    await clock.sleep(3_600_000, context);
    return deadline;
  }
}

@service({ namespace: "kit" })
class Middle {
  slow = depends(Slow);

  @endpoint()
  async ask(_request: null): Promise<number | null> {
    return this.slow.free();
  }
}

test("deadlines bound the whole tree, and both ends hear of them", async () => {
  await using cluster = await testCluster(Middle, { clock: "fake" });
  const begun = cluster.clock.now();
  const late = failure(cluster.client(Middle).ask(null, { timeoutMs: 2000 }));
  await cluster.clock.advance(1999);
  expect(cluster.calls.to(Slow, "free")).toMatchObject([{ status: "running" }]);
  await cluster.clock.advance(1);
  expect(await late).toMatchObject({ code: "deadline_exceeded", message: "kit.middle.ask: no end within 2000 ms" });
  expect(cluster.instance(Slow).service.left).toEqual(["deadline_exceeded"]);
  expect(cluster.calls.to(Slow, "free")).toMatchObject([{ status: "left", error: { code: "deadline_exceeded" } }]);
  // The endpoint's own limit, and a call that has time.
  const limited = failure(cluster.client(Slow).limited());
  await cluster.clock.advance(5000);
  expect(await limited).toMatchObject({ code: "deadline_exceeded" });
  const enough = cluster.client(Slow).free(null, { timeoutMs: 3_600_001 });
  const until = cluster.clock.now() + 3_600_001;
  await cluster.clock.advance(3_600_000);
  expect(await enough).toBe(until);
  expect(cluster.clock.now() - begun).toBe(2000 + 5000 + 3_600_000);
});

@service({ namespace: "kit" })
class Careful {
  retrying = depends(Worker, { retry: { attempts: 4, baseMs: 10_000, maxMs: 10_000 } });
  hedged = depends(Worker, { hedge: { afterMs: 30_000 } });
  guarded = depends(Worker, { breaker: { failures: 2, openMs: 60_000 }, retry: false });

  @endpoint()
  async retry(text: string): Promise<string> {
    return this.retrying.run(text);
  }

  @endpoint()
  async hedge(text: string): Promise<string> {
    return this.hedged.look(text);
  }

  @endpoint()
  async guard(text: string): Promise<string> {
    return this.guarded.run(text);
  }
}

/** How long the retries of a call wait. */
async function pauses(seed: number): Promise<number[]> {
  await using cluster = await testCluster(Careful, { clock: "fake", seed });
  cluster.on(Worker, "run").fail("overloaded", { times: 3 });
  const answer = cluster.client(Careful).retry("a");
  const taken: number[] = [];
  for (let pause = 0; pause < 3; pause++) taken.push(await cluster.clock.advanceToNext());
  expect(await answer).toBe("A");
  expect(cluster.calls.to(Worker, "run").map(({ status }) => status)).toEqual([
    "failed",
    "failed",
    "failed",
    "answered",
  ]);
  return taken;
}

test("pauses between retries, the same ones for the same seed", async () => {
  const first = await pauses(5);
  expect(first.every((pause) => pause > 0 && pause <= 10_000)).toBe(true);
  expect(await pauses(5)).toEqual(first);
  expect(await pauses(6)).not.toEqual(first);
});

test("hedging begins a second call when the first takes long", async () => {
  await using cluster = await testCluster(Careful, { clock: "fake", instances: { Worker: 2 } });
  cluster.on(Worker, "look").delay(3_600_000, { times: 1 });
  const answer = cluster.client(Careful).hedge("a");
  await cluster.clock.advance(29_999);
  expect(cluster.calls.to(Worker, "look")).toHaveLength(1);
  await cluster.clock.advance(1);
  expect(await answer).toBe("A");
  await cluster.settled();
  expect(cluster.calls.to(Worker, "look").map(({ status }) => status)).toEqual(["left", "answered"]);
});

test("a breaker opens, cools down and closes", async () => {
  await using cluster = await testCluster(Careful, { clock: "fake" });
  const { guard } = cluster.client(Careful);
  cluster.on(Worker, "run").fail("internal", { times: 2 });
  for (let call = 0; call < 2; call++) expect(await failure(guard("a"))).toMatchObject({ code: "internal" });
  expect(await failure(guard("a"))).toMatchObject({
    code: "unavailable",
    details: { breaker: "open", retryAfterMs: 60_000 },
  });
  await cluster.clock.advance(59_999);
  expect(await failure(guard("a"))).toMatchObject({ details: { retryAfterMs: 1 } });
  await cluster.clock.advance(1);
  expect(await guard("a")).toBe("A");
  expect(cluster.calls.to(Worker, "run")).toHaveLength(3);
});

@service({ namespace: "kit", limits: { perSecond: 2 } })
class Rated {
  @endpoint()
  async run(request: number): Promise<number> {
    return request;
  }
}

test("rates count by the clock of the test", async () => {
  await using cluster = await testCluster(Rated, { clock: "fake" });
  const { run } = cluster.client(Rated);
  const codes = async (): Promise<string[]> => {
    const calls = await Promise.allSettled([1, 2, 3].map((request) => run(request)));
    return calls.map((call) => (call.status === "fulfilled" ? "ok" : (call.reason as { code: string }).code));
  };
  expect(await codes()).toEqual(["ok", "ok", "overloaded"]);
  expect(await codes()).toEqual(["overloaded", "overloaded", "overloaded"]);
  await cluster.clock.advance(500);
  expect(await codes()).toEqual(["ok", "overloaded", "overloaded"]);
});

test("a stub can take as long as it wants", async () => {
  const answers = stub(Worker, { run: (text) => clock.sleep(86_400_000).then(() => `${text} of tomorrow`) });
  await using alone = await testService(Frontend, { clock: "fake", replace: [answers] });
  const greeting = alone.client.greet("ada");
  await alone.clock.advance(86_400_000);
  expect(await greeting).toBe("hello ada of tomorrow");
});

@service({ namespace: "kit" })
class Stamped {
  readonly made = clock.now();
  started = 0;

  @onStart
  start(): void {
    this.started = clock.now();
  }

  @endpoint()
  async *stamps(_request: null, context: Context): AsyncGenerator<number> {
    yield clock.now();
    await clock.sleep(10, context);
    yield clock.now();
  }

  @api({ method: "GET", path: "/now", timeoutMs: 500 })
  async now(_request: object, context: Context): Promise<(number | null)[]> {
    return [clock.now(), context.deadline];
  }
}

test("fields, hooks, streams and HTTP see the time of the test", async () => {
  await using cluster = await testCluster(Stamped, { clock: "fake", startAt: 7000 });
  expect(cluster.instance(Stamped).service).toMatchObject({ made: 7000, started: 7000 });
  const stamps = Array.fromAsync(cluster.client(Stamped).stamps());
  await cluster.clock.advance(10);
  expect(await stamps).toEqual([7000, 7010]);
  expect(await (await cluster.fetch("/now")).json()).toEqual([7010, 7510]);
});

test("what is no time is refused", async () => {
  await using cluster = await testCluster(Worker, { clock: "fake" });
  for (const ms of [-1, Infinity, Number.NaN]) {
    expect(await failure(cluster.clock.advance(ms))).toMatchObject({ code: "invalid_argument" });
    expect(await failure(clock.sleep(ms))).toMatchObject({ code: "invalid_argument" });
  }
  const gone = AbortSignal.abort(new Error("gone"));
  expect(await failure(cluster.clock.sleep(5, { signal: gone }))).toMatchObject({ message: "gone" });
});
