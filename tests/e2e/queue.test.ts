import { afterEach, beforeEach, expect, test } from "bun:test";

import { DistributedRuntime, type Queue, type QueueJob } from "@stator/runtime-native";
import { connect, headers } from "nats";

import { Nats } from "../../scripts/lib/servers/nats.ts";
import { Command, until, within } from "../support/command.ts";
import { failure } from "../support/failure.ts";

const WORKER = "tests/e2e/fixtures/queue-worker.ts";

let nats: Nats;
let runtime: DistributedRuntime;
beforeEach(async () => {
  nats = await Nats.start();
  runtime = await DistributedRuntime.create({ discovery: "memory", queue: "nats", natsServer: nats.url });
});
afterEach(async () => {
  await runtime.shutdown();
  await nats[Symbol.asyncDispose]();
});

function environment(): Record<string, string> {
  return { DYN_DISCOVERY_BACKEND: "file", NATS_SERVER: nats.url };
}

async function isEmpty(queue: Pick<Queue, "info">): Promise<boolean> {
  const { ready, inFlight, dead } = await queue.info();
  return ready === 0 && inFlight === 0 && dead === 0;
}

async function next<Value>(queue: Queue<Value>): Promise<QueueJob<Value>> {
  const { value } = await within(queue.take().next(), "a job");
  if (value === undefined) throw new Error("There should have been a job.");
  return value;
}

test("the job of a worker that is killed goes to another one", async () => {
  const queue = runtime.queue<number>("work", { ackWaitMs: 3000 });
  await queue.put(7, { id: "one" });
  await using worker = new Command([WORKER], environment());
  await worker.line(/^took one 1$/);
  worker.signal("SIGKILL");
  await worker.exited;
  const job = await next(queue);
  expect([job.id, job.value, job.deliveries]).toEqual(["one", 7, 2]);
  await job.ack();
  await until(() => isEmpty(queue), "nothing is left");
});

test("a worker that was suspended for too long cannot answer any more", async () => {
  const queue = runtime.queue<number>("work", { ackWaitMs: 3000 });
  await queue.put(7, { id: "one" });
  await using worker = new Command([WORKER], environment());
  await worker.line(/^took one 1$/);
  worker.signal("SIGSTOP");
  await next(queue);
  // Its time began there a moment later than in NATS.
  await Bun.sleep(500);
  worker.signal("SIGUSR2");
  worker.signal("SIGCONT");
  await worker.line(/^refused conflict$/);
  const { ready, inFlight, dead } = await queue.info();
  expect([ready + inFlight, dead]).toEqual([1, 0]);
  worker.signal("SIGTERM");
  expect(await worker.exited).toBe(0);
});

test("a worker that stops in order gives its job back at once", async () => {
  const queue = runtime.queue<number>("work", { ackWaitMs: 3_600_000 });
  await queue.put(7);
  await using worker = new Command([WORKER], environment());
  await worker.line(/^took/);
  worker.signal("SIGTERM");
  expect((await next(queue)).deliveries).toBe(2);
  expect(await worker.exited).toBe(0);
});

async function restart(): Promise<void> {
  await nats.process.kill();
  await nats.process.start();
}

test("jobs and answers outlive a restart of NATS while workers work", async () => {
  const JOBS = 100;
  const queue = runtime.queue<number>("work", { ackWaitMs: 2000, maxDeliveries: 100 });
  const done = new Set<number>();
  const all = Promise.withResolvers<void>();
  await using _ = queue.work(
    (job) => {
      done.add(job.value);
      if (done.size === JOBS) all.resolve();
    },
    { concurrency: 4 },
  );
  let restarted: Promise<void> | undefined;
  for (let value = 0; value < JOBS; value++) {
    if (value === JOBS / 2) restarted = restart();
    const put = (): Promise<unknown> => queue.put(value, { id: `job${value}`, waitMs: 30_000 });
    await put().catch(put);
  }
  await restarted;
  await within(all.promise, "all jobs are done");
  expect(done.size).toBe(JOBS);
});

test("another client of NATS reads what the core put, answers it, and puts what the core reads", async () => {
  const eye = await connect({ servers: nats.url });
  const [manager, jetstream] = [await eye.jetstreamManager(), eye.jetstream()];
  const queue = runtime.queue("eye.of/ä", { maxMessages: 10, ackWaitMs: 60_000 });
  await queue.put({ a: [1, "\u{1F600}"] }, { id: "ours" });
  await queue.put(new Uint8Array([0, 255]));
  const stream = "stator-queue-eye=2Eof=2F=C3=A4";
  const { config } = await manager.streams.info(stream);
  expect(config).toMatchObject({ retention: "workqueue", discard: "new", storage: "file", max_msgs: 10 });
  expect(config.subjects).toEqual(["stator.queue.eye=2Eof=2F=C3=A4"]);
  const stored = await manager.streams.getMessage(stream, { seq: 1 });
  expect(new TextDecoder().decode(stored.data)).toBe('{"a":[1,"\u{1F600}"]}');
  expect([stored.header.get("Nats-Msg-Id"), stored.header.get("Content-Type")]).toEqual(["ours", "application/json"]);
  const consumer = await manager.consumers.info(stream, "workers");
  expect(consumer.config).toMatchObject({ ack_policy: "explicit", ack_wait: 60e9 });

  // It works as one of the workers.
  const theirs = await jetstream.consumers.get(stream, "workers");
  const first = await theirs.next();
  expect(new TextDecoder().decode(first?.data)).toBe('{"a":[1,"\u{1F600}"]}');
  expect(await first?.ackAck()).toBeTrue();
  const second = await theirs.next();
  second?.nak();
  const job = await next(queue);
  expect([job.value, job.deliveries]).toEqual([new Uint8Array([0, 255]), 2]);
  await job.ack();
  await until(() => isEmpty(queue), "nothing is left");

  // With an id and without one, with a form and without one.
  await jetstream.publish("stator.queue.eye=2Eof=2F=C3=A4", '{"b":18446744073709551616}', { msgID: "theirs" });
  const own = headers();
  own.set("Content-Type", "application/msgpack");
  await jetstream.publish("stator.queue.eye=2Eof=2F=C3=A4", new Uint8Array([0x81, 0xa1, 0x62, 7]), { headers: own });
  await jetstream.publish("stator.queue.eye=2Eof=2F=C3=A4", new Uint8Array([0x7b, 0xff]));
  const json = await next(queue);
  expect([json.id, json.value]).toEqual(["theirs", { b: 2n ** 64n }]);
  await json.ack();
  const msgpack = await next(queue);
  expect([msgpack.id, msgpack.value]).toEqual(["4", { b: 7 }]);
  await msgpack.reject("seen");
  expect(await Array.fromAsync(queue.take({ waitMs: 0 }))).toEqual([]);
  const letters = await Array.fromAsync(queue.deadLetters);
  expect(letters.map(({ id, reason, error }) => [id, reason, error])).toEqual([
    ["4", "rejected", "seen"],
    ["5", "invalid", expect.any(String)],
  ]);
  const dead = await manager.streams.getMessage("stator-dead-eye=2Eof=2F=C3=A4", { seq: 1 });
  expect(dead.header.get("Stator-Dead-Reason")).toBe("rejected");
  expect([...dead.data]).toEqual([0x81, 0xa1, 0x62, 7]);
  expect((await queue.put(1, { id: "theirs" })).duplicate).toBeTrue();
  await eye.close();
});

test("a NATS without JetStream is a clear error", async () => {
  await using plain = await Nats.start({ jetstream: false });
  await using other = await DistributedRuntime.create({
    discovery: "memory",
    queue: "nats",
    natsServer: plain.url,
  });
  const error = await failure(other.queue("work").put(1));
  expect(error).toMatchObject({ code: "unavailable", message: expect.stringContaining("nats-server --jetstream") });
});
