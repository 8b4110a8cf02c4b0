import { expect, test } from "bun:test";

import { clock, type Context, depends, endpoint, service } from "@stator/sdk";
import { testCluster } from "@stator/sdk/testing";

import { events, failure, Frontend, Worker } from "./services.ts";

@service({ namespace: "kit" })
class Holder {
  open = 0;
  readonly gate = Promise.withResolvers<void>();
  readonly reasons: string[] = [];

  @endpoint()
  async hold(_request: null, context: Context): Promise<string> {
    return this.held(context);
  }

  @endpoint({ idempotent: true })
  async holdAgain(_request: null, context: Context): Promise<string> {
    return this.held(context);
  }

  @endpoint()
  async *items(count: number, context: Context): AsyncGenerator<number> {
    yield 1;
    await this.held(context);
    for (let item = 2; item <= count; item++) yield item;
  }

  private async held({ signal, instanceId }: Context): Promise<string> {
    this.open += 1;
    const { promise, reject } = Promise.withResolvers<never>();
    const over = (): void => {
      this.reasons.push((signal.reason as { code: string }).code);
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", over, { once: true });
    await Promise.race([this.gate.promise, promise]);
    return instanceId.toString();
  }
}

test("an instance that is killed breaks its calls, leaves discovery, and runs no hook", async () => {
  await using cluster = await testCluster(Holder, { instances: { Holder: 2 } });
  const [first, second] = [cluster.instance(Holder, 1), cluster.instance(Holder, 2)];
  const direct = await cluster.connect(Holder, { router: "direct" });
  const { instanceId } = first;
  const read: number[] = [];
  const streamed = failure(
    (async () => {
      for await (const item of direct.items(3, { instanceId })) read.push(item);
    })(),
  );
  const unary = failure(direct.hold(null, { instanceId }));
  await cluster.until(() => first.service.open === 2);
  await first.kill();
  expect(await streamed).toMatchObject({ code: "unknown_outcome" });
  expect(await unary).toMatchObject({ code: "unknown_outcome" });
  expect(read).toEqual([1]);
  expect([first.isAlive, second.isAlive]).toEqual([false, true]);
  expect(await failure(direct.hold(null, { instanceId }))).toMatchObject({ code: "no_instances" });
  // Its methods hear that their calls are over: this process lives.
  await cluster.until(() => first.service.reasons.length === 2);
  second.service.gate.resolve();
  expect(await cluster.client(Holder).hold()).toBe(second.instanceId.toString());
  await second.kill();
  expect(await failure(cluster.client(Holder).hold())).toMatchObject({ code: "no_instances" });
  const third = await cluster.add(Holder);
  third.service.gate.resolve();
  expect(await cluster.client(Holder).hold()).toBe(third.instanceId.toString());
});

test("a call that may run twice goes on elsewhere when its worker is killed", async () => {
  await using cluster = await testCluster(Holder, { instances: { Holder: 2 } });
  const calls = [cluster.client(Holder).holdAgain(), cluster.client(Holder).holdAgain()];
  await cluster.until(() => cluster.calls.to(Holder).length === 2);
  await cluster.instance(Holder, 1).kill();
  const second = cluster.instance(Holder, 2);
  await cluster.until(() => second.service.open === 2);
  second.service.gate.resolve();
  expect(await Promise.all(calls)).toEqual(Array(2).fill(second.instanceId.toString()));
});

test("an instance that stops lets its calls end, and runs its hooks", async () => {
  await using cluster = await testCluster(Worker, { instances: { Worker: 2 } });
  events.length = 0;
  await cluster.instance(Worker, 1).stop();
  expect(events).toEqual(["worker shuts down"]);
  for (let call = 0; call < 3; call++) await cluster.client(Worker).run("a");
  expect(cluster.instance(Worker, 2).service.runs).toBe(3);
});

test("a partition breaks what is open and lets nothing through, until it is healed", async () => {
  await using cluster = await testCluster(Frontend, { instances: { Worker: 2 } });
  const [first, second] = [cluster.instance(Worker, 1), cluster.instance(Worker, 2)];
  const one = await cluster.partition(Frontend, first);
  // The core goes elsewhere; others still get through.
  for (let call = 0; call < 4; call++) await cluster.client(Frontend).greet("a");
  expect([first.service.runs, second.service.runs]).toEqual([0, 4]);
  for (let call = 0; call < 4; call++) await cluster.client(Worker).run("a");
  expect([first.service.runs, second.service.runs]).toEqual([2, 6]);
  const both = await cluster.partition(Frontend, Worker);
  expect(await failure(cluster.client(Frontend).greet("a"))).toMatchObject({ code: "unavailable" });
  await both.heal();
  await one.heal();
  for (let call = 0; call < 4; call++) await cluster.client(Frontend).greet("a");
  expect([first.service.runs, second.service.runs]).toEqual([4, 8]);
});

test("a stream that a partition breaks fails as one whose worker is lost", async () => {
  await using cluster = await testCluster(Holder);
  const read: number[] = [];
  const broken = failure(
    (async () => {
      for await (const item of cluster.client(Holder).items(3)) read.push(item);
    })(),
  );
  await cluster.until(() => cluster.instance(Holder).service.open === 1);
  {
    await using _ = await cluster.partition("test", Holder);
    expect(await broken).toMatchObject({ code: "unknown_outcome" });
    expect(read).toEqual([1]);
    expect(await failure(cluster.client(Holder).hold())).toMatchObject({ code: "unavailable" });
  }
  cluster.instance(Holder).service.gate.resolve();
  expect(await Array.fromAsync(cluster.client(Holder).items(2))).toEqual([1, 2]);
});

test("an instance that loses its lease is found no more; what it has taken goes on; then it has another id", async () => {
  await using cluster = await testCluster(Holder);
  const holder = cluster.instance(Holder);
  const before = holder.instanceId;
  const stream = cluster.client(Holder).items(3);
  await cluster.until(() => holder.service.open === 1);
  await holder.loseLease();
  expect(await failure(cluster.client(Holder).hold())).toMatchObject({ code: "no_instances" });
  holder.service.gate.resolve();
  expect(await Array.fromAsync(stream)).toEqual([1, 2, 3]);
  await holder.renewLease();
  expect(holder.instanceId).not.toBe(before);
  expect(await cluster.client(Holder).hold()).toBe(holder.instanceId.toString());
});

@service({ namespace: "kit" })
class Guarded {
  worker = depends(Worker, { breaker: { failures: 1, openMs: 60_000 }, retry: false });

  @endpoint()
  async run(text: string): Promise<string> {
    return this.worker.run(text);
  }
}

test("with several instances a breaker leaves out the one that fails, until its time has passed", async () => {
  await using cluster = await testCluster(Guarded, { clock: "fake", instances: { Worker: 2 } });
  const [first, second] = [cluster.instance(Worker, 1), cluster.instance(Worker, 2)];
  using broken = cluster.on(Worker, "run", { instance: first }).fail("internal");
  const calls = await Promise.allSettled([1, 2, 3, 4, 5, 6].map(() => cluster.client(Guarded).run("a")));
  expect(calls.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
  broken.remove();
  const before = second.service.runs;
  for (let call = 0; call < 4; call++) await cluster.client(Guarded).run("a");
  expect([first.service.runs, second.service.runs]).toEqual([0, before + 4]);
  await cluster.clock.advance(60_000);
  for (let call = 0; call < 4; call++) await cluster.client(Guarded).run("a");
  expect(first.service.runs).toBe(2);
});

test("a cluster with a clock of its own takes faults as well", async () => {
  await using cluster = await testCluster(Worker, { clock: "fake" });
  const ticks = cluster.client(Worker).ticks();
  const items: number[] = [];
  const broken = failure(
    (async () => {
      for await (const tick of ticks) items.push(tick);
    })(),
  );
  await cluster.clock.advance(1000);
  await cluster.instance(Worker).kill();
  expect(await broken).toMatchObject({ code: "unknown_outcome" });
  expect(items).toEqual([1, 2]);
  expect(clock.now()).not.toBe(cluster.clock.now());
});
