import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";

import { Nats } from "../../../scripts/lib/servers/nats.ts";
import { DistributedRuntime, type QueueJob, type QueueOptions, type RuntimeOptions } from "../src/index.ts";
import { failure, thrown } from "./support/failure.ts";
import { queueBecomes } from "./support/queue-becomes.ts";

let nats: Nats;
beforeAll(async () => {
  nats = await Nats.start();
});
afterAll(async () => {
  await nats[Symbol.asyncDispose]();
});

const PLACES: Record<"memory" | "nats", () => RuntimeOptions> = {
  memory: () => ({ discovery: "memory" }),
  nats: () => ({ discovery: "memory", queue: "nats", natsServer: nats.url }),
};

let number = 0;

/** A name that no other test uses. */
function fresh(): string {
  return `test ${++number}`;
}

describe.each(["memory", "nats"] as const)("queues in %s", (place) => {
  const create = (): Promise<DistributedRuntime> => DistributedRuntime.create(PLACES[place]());

  test("values arrive as they were put, with their facts", async () => {
    await using one = await create();
    await using two = await create();
    const name = fresh();
    const values = [
      null,
      0,
      "text \u{1F600}",
      { a: [1, { b: 2n ** 64n }] },
      new Uint8Array([0, 255]),
      { inside: new Uint8Array([1]) },
      new Map<unknown, unknown>([[1, "one"]]),
    ];
    const putting = one.queue(name);
    const ids: string[] = [];
    for (const value of values) ids.push((await putting.put(value)).id);
    await queueBecomes(putting, { ready: values.length, inFlight: 0, dead: 0 });
    const seen: QueueJob<unknown>[] = [];
    for await (const job of two.queue(name).take({ waitMs: 0 })) {
      seen.push(job);
      expect(job.deliveries).toBe(1);
      expect(Math.abs(Date.now() - job.putAt.getTime())).toBeLessThan(600_000);
      await job.ack();
      expect(job.isSettled).toBeTrue();
    }
    expect(seen.map(({ value }) => value)).toEqual(values);
    expect(seen.map(({ id }) => id)).toEqual(ids);
  });

  test("a job comes again after nack, and every second answer is a conflict", async () => {
    await using runtime = await create();
    const queue = runtime.queue<string>(fresh());
    await queue.put("a");
    const jobs = queue.take();
    const first = await next(jobs);
    await first.extend();
    await first.nack({ error: new Error("not now") });
    for (const answer of [first.ack(), first.nack(), first.extend(), first.reject("no")]) {
      expect((await failure(answer)).code).toBe("conflict");
    }
    const second = await next(jobs);
    expect([second.value, second.deliveries, second.id]).toEqual(["a", 2, first.id]);
    await second.ack();
    await jobs.return();
    expect(await jobs.next()).toEqual({ done: true, value: undefined });
  });

  test("the time for an answer runs out", async () => {
    await using runtime = await create();
    const queue = runtime.queue<string>(fresh(), { ackWaitMs: 500, maxDeliveries: 100 });
    await queue.put("a");
    const jobs = queue.take();
    const late = await next(jobs);
    const again = await next(jobs);
    expect([again.id, again.deliveries]).toEqual([late.id, 2]);
    // The time of the first one began a moment later here than in NATS.
    await Bun.sleep(500);
    expect((await failure(late.ack())).code).toBe("conflict");
    // Whoever is in time has the last word. On a busy machine that takes more than one.
    for (;;) {
      const job = await next(jobs);
      try {
        await job.ack();
        break;
      } catch (error) {
        expect(error).toMatchObject({ code: "conflict" });
      }
    }
    await queueBecomes(queue, { ready: 0, inFlight: 0, dead: 0 });
  });

  test("a worker acks what its handler returns from, retries what it throws at, and gives up in the end", async () => {
    await using runtime = await create();
    const queue = runtime.queue<string>(fresh(), { maxDeliveries: 2 });
    await using letters = runtime.queue(queue.name).take({ waitMs: 0 });
    const seen: string[] = [];
    const both = Promise.withResolvers<void>();
    const worker = queue.work(
      async (job) => {
        seen.push(`${job.value} ${job.deliveries}`);
        if (job.value === "rejected") await job.reject("unwanted");
        if (seen.length === 5) both.resolve();
        if (job.value === "once" && job.deliveries === 1) throw new Error("once");
        if (job.value === "never") throw new TypeError("never");
      },
      { retryDelayMs: 0 },
    );
    for (const value of ["once", "never", "rejected"]) await queue.put(value);
    await both.promise;
    await worker.stop();
    await worker.done;
    expect(seen.toSorted()).toEqual(["never 1", "never 2", "once 1", "once 2", "rejected 1"]);
    const dead = await Array.fromAsync(queue.deadLetters);
    const facts = dead.map(({ value, reason, error, deliveries }) => ({ value, reason, error, deliveries }));
    expect(facts.toSorted((a, b) => String(a.value).localeCompare(String(b.value)))).toEqual([
      { value: "never", reason: "max-deliveries", error: "TypeError: never", deliveries: 2 },
      { value: "rejected", reason: "rejected", error: "unwanted", deliveries: 1 },
    ]);
    await queueBecomes(queue, { ready: 0, inFlight: 0, dead: 2 });
    expect(await letters.next()).toMatchObject({ done: true });
  });

  test("dead letters are listed, put back and removed", async () => {
    await using runtime = await create();
    const queue = runtime.queue<number>(fresh());
    for (let value = 0; value < 4; value++) await queue.put(value, { id: `job${value}` });
    for await (const job of queue.take({ waitMs: 0 })) await job.reject();
    const { letters, next: after } = await queue.deadLetters.list({ limit: 3 });
    expect(letters.map(({ value, error }) => [value, error])).toEqual([
      [0, null],
      [1, null],
      [2, null],
    ]);
    const rest = await queue.deadLetters.list({ after: after ?? 0n });
    expect([rest.letters.map(({ id }) => id), rest.next]).toEqual([["job3"], null]);
    const [first, second] = letters;
    if (first === undefined || second === undefined) throw new Error("There are three.");
    expect(await queue.deadLetters.requeue(first)).toBe(1);
    expect(await queue.deadLetters.requeue(first)).toBe(0);
    expect(await queue.deadLetters.purge(second)).toBe(1);
    expect(await queue.deadLetters.requeue()).toBe(2);
    const back: string[] = [];
    for await (const job of queue.take({ waitMs: 0 })) {
      back.push(job.id);
      await job.reject();
    }
    expect(back).toEqual(["job0", "job2", "job3"]);
    expect(await queue.deadLetters.purge()).toBe(3);
  });

  test("what does not fit the schema is refused at the put, and a dead letter at the take", async () => {
    await using runtime = await create();
    const name = fresh();
    const Job = z.object({ prompt: z.string(), tokens: z.number().int().positive().default(16) });
    const queue = runtime.queue(name, { schema: Job });
    const misfit = await failure(queue.put({ prompt: "a", tokens: -1 }));
    expect([misfit.code, misfit.message]).toEqual(["invalid_argument", expect.stringContaining("tokens")]);
    await runtime.queue(name).put({ prompt: 7 });
    await queue.put({ prompt: "b" });
    const job = await next(queue.take());
    expect(job.value).toEqual({ prompt: "b", tokens: 16 });
    await job.ack();
    const [letter, ...more] = await Array.fromAsync(queue.deadLetters);
    expect(more).toEqual([]);
    expect(letter).toMatchObject({ reason: "invalid", error: expect.stringContaining("prompt"), value: { prompt: 7 } });
  });

  test("a put with the id of another is not kept", async () => {
    await using runtime = await create();
    const queue = runtime.queue<number>(fresh());
    expect(await queue.put(1, { id: "same" })).toEqual({ id: "same", duplicate: false });
    expect(await queue.put(2, { id: "same" })).toEqual({ id: "same", duplicate: true });
    await queueBecomes(queue, { ready: 1, inFlight: 0 });
  });

  test("a full queue and a large job are typed errors", async () => {
    await using runtime = await create();
    const queue = runtime.queue(fresh(), { maxMessages: 1 });
    await queue.put(1);
    const full = await failure(queue.put(2));
    expect([full.code, full.retryable, full.message]).toEqual([
      "overloaded",
      true,
      expect.stringContaining("maxMessages"),
    ]);
    expect((await failure(queue.put(new Uint8Array(2 ** 20 + 1)))).code).toBe("payload_too_large");
  });

  test("a loop ends by its signal, by its wait, by break, and with the runtime", async () => {
    await using other = await create();
    const runtime = await create();
    const name = fresh();
    const queue = runtime.queue<string>(name, { ackWaitMs: 3_600_000 });
    expect(await Array.fromAsync(queue.take({ waitMs: 20 }))).toEqual([]);
    const controller = new AbortController();
    const aborted = failure(queue.take({ signal: controller.signal }).next());
    controller.abort();
    expect((await aborted).code).toBe("cancelled");
    expect((await failure(queue.take({ signal: controller.signal }).next())).code).toBe("cancelled");
    const left = queue.take();
    const pending = left.next();
    await left.return();
    expect(await pending).toEqual({ done: true, value: undefined });
    await queue.put("a");
    let held: QueueJob<string> | undefined;
    for await (const job of queue.take()) {
      held = job;
      break;
    }
    expect(held?.value).toBe("a");
    const waiting = failure(queue.take().next());
    await runtime.shutdown();
    expect((await waiting).code).toBe("shutting_down");
    // It had no answer, and is there for others at once.
    const again = await next(other.queue<string>(name).take());
    expect([again.value, again.deliveries]).toEqual(["a", 2]);
  });

  test("a shutdown waits for the jobs of a worker, whose time is extended", async () => {
    await using other = await create();
    const runtime = await create();
    const name = fresh();
    const queue = runtime.queue<string>(name, { ackWaitMs: 2000 });
    const started = Promise.withResolvers<void>();
    const finished: string[] = [];
    const worker = queue.work(
      async (job) => {
        started.resolve();
        // Longer than it has without the extension.
        await Bun.sleep(2500);
        finished.push(`${job.value} ${job.deliveries}`);
      },
      { concurrency: 2 },
    );
    await queue.put("a");
    await started.promise;
    await runtime.shutdown();
    await worker.done;
    expect(finished).toEqual(["a 1"]);
    await queueBecomes(other.queue(name), { ready: 0, inFlight: 0, dead: 0 });
  });

  test("a queue is as the first one made it, until it is deleted", async () => {
    await using runtime = await create();
    const name = fresh();
    const queue = runtime.queue(name, { ackWaitMs: 5000 });
    await queue.put(1);
    const different = runtime.queue(name, { ackWaitMs: 6000 });
    const conflict = await failure(different.info());
    expect([conflict.code, conflict.message]).toEqual([
      "conflict",
      expect.stringContaining("ackWaitMs is 5000 and not 6000"),
    ]);
    await queueBecomes(runtime.queue(name), { ready: 1 });
    const waiting = failure(runtime.queue(name).work(() => {}).done);
    await queue.delete();
    // The worker may have had the job before.
    expect((await waiting).code).toBe("not_found");
    expect((await different.info()).ready).toBe(0);
  });

  test("who still has a queue that was deleted hears of it once, and makes it anew", async () => {
    await using one = await create();
    await using two = await create();
    const name = fresh();
    await one.queue(name).put(1);
    const other = two.queue(name);
    await queueBecomes(other, { ready: 1 });
    await one.queue(name).delete();
    expect((await failure(other.put(2))).code).toBe("not_found");
    await other.put(3);
    expect((await next(one.queue(name).take())).value).toBe(3);
  });

  test("a worker whose answer cannot be given gives its job back", async () => {
    await using runtime = await create();
    const queue = runtime.queue<string>(fresh(), { ackWaitMs: 3_600_000, maxDeliveries: 3 });
    await queue.put("a");
    const deliveries: number[] = [];
    const twice = Promise.withResolvers<void>();
    await using worker = queue.work(
      (job) => {
        deliveries.push(job.deliveries);
        if (deliveries.length === 1) throw new Error("once");
        twice.resolve();
      },
      { retryDelayMs: () => Number.NaN },
    );
    await twice.promise;
    await worker.stop();
    expect(deliveries).toEqual([1, 2]);
    await queueBecomes(queue, { ready: 0, inFlight: 0, dead: 0 });
  });

  test("refuses what makes no sense", async () => {
    await using runtime = await create();
    const queue = runtime.queue(fresh());
    const wrong: QueueOptions[] = [
      { ackWaitMs: Number.POSITIVE_INFINITY },
      { ackWaitMs: Number.NaN },
      { maxDeliveries: 1.5 },
      { maxMessages: 0 },
      { maxBytes: -1 },
      { maxAgeMs: Number.NaN },
      { replicas: 300 },
      { deadLetter: "no" as unknown as boolean },
    ];
    for (const options of wrong) {
      expect([options, thrown(() => runtime.queue("a", options)).code]).toEqual([options, "invalid_argument"]);
    }
    const late: (() => Promise<unknown>)[] = [
      () => runtime.queue("").info(),
      () => runtime.queue("a".repeat(65)).info(),
      () => runtime.queue("a", { ackWaitMs: 100 }).info(),
      () => runtime.queue("a", { replicas: 6 }).info(),
      () => queue.put(Number.NaN),
      () => queue.put(() => {}),
      () => queue.put(1, { id: "a b" }),
      () => queue.put(1, { waitMs: -1 }),
      () => queue.deadLetters.list({ limit: 0 }),
      () => queue.deadLetters.list({ limit: 1001 }),
      () => queue.deadLetters.list({ after: 1 as unknown as bigint }),
    ];
    for (const [index, work] of late.entries()) {
      expect([index, (await failure(work())).code]).toEqual([index, "invalid_argument"]);
    }
    for (const concurrency of [0, 1.5, 10_001]) {
      expect(thrown(() => queue.work(() => {}, { concurrency })).code).toBe("invalid_argument");
    }
    expect(thrown(() => queue.take({ waitMs: Number.NaN })).code).toBe("invalid_argument");
    expect(thrown(() => queue.take({ signal: {} as AbortSignal })).code).toBe("invalid_argument");
    const stopped = queue.work(() => {}, { signal: AbortSignal.abort() });
    await stopped.done;
  });
});

test("a NATS that cannot be reached, or has no JetStream, fails when a queue is used, and not before", async () => {
  await using runtime = await DistributedRuntime.create({
    discovery: "memory",
    queue: "nats",
    natsServer: "nats://127.0.0.1:1",
    natsStartupTimeoutMs: 0,
  });
  const error = await failure(runtime.queue("a").put(1));
  expect([error.code, error.retryable]).toEqual(["unavailable", true]);
  expect(error.message).toContain('queue: "memory"');
});

async function next<Value>(jobs: AsyncIterator<QueueJob<Value>, void>): Promise<QueueJob<Value>> {
  const { value } = await jobs.next();
  if (value === undefined) throw new Error("There should have been a job.");
  return value;
}
