/** Calls over NATS: what workers do wrong, and a server that goes away. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import type { Client, DistributedRuntime } from "@stator/runtime-native";
import { Etcd3 } from "etcd3";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { Nats } from "../../scripts/lib/servers/nats.ts";
import { until, within } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { counter } from "../support/metrics.ts";
import { echo, fault, NatsPlace, runtimeOn } from "../support/nats-place.ts";
import { answer, callHome, NatsWorker, writeRecord } from "../support/nats-worker.ts";

const place = new NatsPlace();
afterAll(() => place[Symbol.dispose]());

describe("a worker by hand that does not keep to it", () => {
  let nats: Nats;
  let worker: NatsWorker;
  let caller: DistributedRuntime;
  let client: Client<unknown, unknown>;
  beforeAll(async () => {
    nats = await Nats.start();
    const folder = place.folder("hand");
    worker = await NatsWorker.start(nats.url, folder);
    caller = await runtimeOn(nats, folder, { natsRequestTimeoutMs: 400, callHomeTimeoutMs: 1000 });
    client = await caller.endpoint("hand.worker.run").client();
    await client.waitForInstances({ timeoutMs: 20_000 });
    // A record lives for ten seconds.
    const timer = setInterval(() => writeRecord(folder, { nats_tcp: NatsWorker.subject }), 2000);
    timer.unref();
  });
  afterAll(async () => {
    await caller.shutdown();
    await worker[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
  });

  test("one that keeps to it is answered", async () => {
    const call = client.generate("x").one();
    const { message, home, body } = await worker.request();
    expect([body, home.nats]).toEqual(['"x"', undefined]);
    message.respond();
    const socket = await callHome(home);
    socket.write(answer({ n: 1 }));
    expect(await call).toEqual({ n: 1 });
    socket.destroy();
  });

  test("it does not acknowledge, or acknowledges and vanishes", async () => {
    for (const [acks, name] of [
      [false, "no_ack"],
      [true, "no_call_home"],
    ] as const) {
      const call = failure(client.generate("x").one());
      const { message } = await worker.request();
      if (acks) message.respond();
      expect(await call).toMatchObject({ code: "unknown_outcome" });
      expect(await fault(caller, name)).toBe(1);
    }
  });

  test("its ack is lost, and it calls home nevertheless", async () => {
    const call = client.generate("x").one();
    const { home } = await worker.request();
    const socket = await callHome(home);
    await Bun.sleep(700);
    socket.write(answer("late"));
    expect(await call).toBe("late");
    socket.destroy();
  });

  test("it refuses", async () => {
    for (const [text, code] of [
      ["Server overloaded: worker at capacity", "overloaded"],
      ["whatever this is", "unavailable"],
    ] as const) {
      const call = failure(client.generate("x").one());
      const { message } = await worker.request();
      message.respond(Buffer.from(text));
      expect(await call).toMatchObject({ code, message: expect.stringContaining(text) });
    }
  });

  test("it acknowledges twice, calls home twice, and with another's subject", async () => {
    const before = await fault(caller, "unknown_subject");
    const call = client.generate("x").one();
    const { message, home } = await worker.request();
    message.respond();
    message.respond();
    const other = await callHome(home, crypto.randomUUID());
    const first = await callHome(home);
    const second = await callHome(home);
    await until(async () => (await fault(caller, "unknown_subject")) === before + 2, "both are counted");
    first.write(answer("first"));
    expect(await call).toBe("first");
    for (const socket of [other, first, second]) socket.destroy();
    expect(await fault(caller, "ack")).toBe(1);
  });

  test("it is gone", async () => {
    await worker.leave();
    const error = await failure(client.generate("x").one());
    expect(error).toMatchObject({ code: "unavailable", message: expect.stringContaining("nobody listens there") });
  });
});

describe.each(["call-home", "nats"] as const)("NATS goes away, answers by %s", (natsResponses) => {
  test("it restarts under load: calls that were taken end, others follow, nothing is answered twice or wrong", async () => {
    await using nats = await Nats.start();
    const folder = place.folder("restart");
    await using worker = await runtimeOn(nats, folder, { natsResponses });
    // A request that went down with the server may have run: it is tried on the other worker.
    await using other = await runtimeOn(nats, folder, { natsResponses });
    for (const runtime of [worker, other]) {
      await runtime.endpoint("load.worker.run").serveEndpoint<string, string>(
        async function* (request) {
          yield request;
          await Bun.sleep(20);
          yield request;
        },
        { idempotent: true },
      );
    }
    // Otherwise what went down with the server is given up a second after it is back.
    const patience = natsResponses === "nats" ? { natsRequestTimeoutMs: 3000 } : {};
    await using caller = await runtimeOn(nats, folder, { natsResponses, ...patience });
    const client = await caller.endpoint("load.worker.run").client<string, string>();
    await client.waitForInstances({ min: 2, timeoutMs: 20_000 });
    const long = worker.endpoint("load.worker.long");
    await long.serveEndpoint<null, number>(async function* () {
      for (let n = 0; n < 300; n++) {
        yield n;
        await Bun.sleep(10);
      }
    });
    const stream = await caller.endpoint("load.worker.long").client<null, number>();
    await stream.waitForInstances({ timeoutMs: 20_000 });

    let over = false;
    let right = 0;
    const failures: unknown[] = [];
    const load = Array.from({ length: 16 }, async (_, number) => {
      for (let n = 0; !over; n++) {
        const request = `${number} ${n}`;
        try {
          expect(await Array.fromAsync(client.generate(request))).toEqual([request, request]);
          right++;
        } catch (error) {
          failures.push(error);
        }
      }
    });
    // Taken before the server goes away, and read after it is back.
    const items = Array.fromAsync(stream.generate(null));
    await until(() => right > 100, "calls are answered");
    await nats.process.kill();
    const before = right;
    await nats.process.start();
    await until(() => right > before + 200, "calls are answered again");
    over = true;
    await Promise.all(load);
    expect(await within(items, "the long stream")).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(failures).toEqual([]);
  });
});

test("what the server does not allow is permission_denied, when serving and when calling", async () => {
  const folder = place.folder("permissions");
  const config = join(folder, "nats.conf");
  const own = '{ publish: ["_INBOX.>"], subscribe: ["_INBOX.>"] }';
  writeFileSync(
    config,
    `authorization { users = [ { user: all, password: a }, { user: few, password: b, permissions: ${own} } ] }`,
  );
  await using nats = await Nats.start({ arguments: ["--config", config] });
  await using worker = await runtimeOn(nats, folder, { natsUsername: "all", natsPassword: "a" });
  await worker.endpoint("allowed.worker.run").serveEndpoint(echo);
  await using few = await runtimeOn(nats, folder, { natsUsername: "few", natsPassword: "b" });
  const serving = await failure(few.endpoint("other.worker.run").serveEndpoint(echo));
  expect(serving).toMatchObject({ code: "permission_denied", message: expect.stringContaining("other_worker.run-") });
  const client = await few.endpoint("allowed.worker.run").client();
  await client.waitForInstances({ timeoutMs: 20_000 });
  const calling = await failure(client.generate("x").one());
  expect(calling).toMatchObject({ code: "permission_denied", message: expect.stringContaining("allowed_worker.run-") });
  expect(await counter(few, "stator_nats_refusals_total")).toBe(2);
});

test("a worker that etcd forgot takes calls under its next id", async () => {
  await using etcd = await Etcd.start();
  await using nats = await Nats.start();
  const own = { discovery: "etcd", etcdEndpoints: etcd.endpoint, etcdLeaseTtlMs: 2000 } as const;
  await using worker = await runtimeOn(nats, place.folder("etcd"), own);
  await worker.endpoint("healing.worker.run").serveEndpoint(echo);
  await using caller = await runtimeOn(nats, place.folder("etcd"), own);
  const client = await caller.endpoint("healing.worker.run").client();
  const [first = 0n] = await client.waitForInstances({ timeoutMs: 20_000 });
  expect(await client.generate("before").one()).toBe("before");
  const eye = new Etcd3({ hosts: etcd.endpoint });
  await eye.leaseClient.leaseRevoke({ ID: first.toString() });
  eye.close();
  await until(() => client.instanceIds().some((id) => id !== first), "it is there again");
  const [next = 0n] = client.instanceIds();
  expect(client.instances()[0]?.address).toBe(`nats:healing_worker.run-${next.toString(16)}`);
  expect(await client.generate("after").one()).toBe("after");
});
