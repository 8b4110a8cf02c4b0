import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "bun:test";

import { DistributedRuntime, StatorError } from "@stator/runtime-native";
import { connect } from "nats";

import { freePort } from "../../scripts/lib/servers/free-port.ts";
import { Nats } from "../../scripts/lib/servers/nats.ts";
import { until, within } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { counter } from "../support/metrics.ts";

const folder = mkdtempSync(join(tmpdir(), "stator-events-foreign-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SUBJECT = "namespace.foreign.component.backend.endpoint.generate.kv-events";

function natsRuntime(nats: Nats, name: string, more: object = {}): Promise<DistributedRuntime> {
  const place = { discovery: "file", filePath: join(folder, name) } as const;
  return DistributedRuntime.create({ ...place, eventPlane: "nats", natsServer: nats.url, systemPort: 0, ...more });
}

test("another client of NATS sees the original's subject and envelope, and can publish there", async () => {
  await using nats = await Nats.start();
  const eye = await connect({ servers: nats.url });
  const seen = eye.subscribe("namespace.>");
  await eye.flush();
  await using runtime = await natsRuntime(nats, "eye");
  const endpoint = runtime.endpoint("foreign.backend.generate");
  const subscription = endpoint.subscribe<{ id: number }>("kv-events");
  await within(subscription.ready, "the subscription");
  const events = subscription[Symbol.asyncIterator]();
  await endpoint.publish("kv-events", { id: 7 });

  const { value: message } = await within(seen[Symbol.asyncIterator]().next(), "the message");
  const bytes = Buffer.from(message.data);
  expect(message.subject).toBe(SUBJECT);
  expect(message.headers).toBeUndefined();
  expect(bytes.subarray(0, 14)).toEqual(Buffer.from("\x85\xacpublisher_id", "latin1"));
  expect(bytes.toString("latin1")).toEndWith("\xa5topic\xa9kv-events\xa7payload\xc4\x05\x81\xa2id\x07");
  expect((await within(events.next(), "the event")).value?.payload).toEqual({ id: 7 });

  // What is no event is skipped and counted; the next one comes.
  for (const garbage of ["", "garbage", "\x80", "\x85\xacpublisher_id"]) {
    eye.publish(SUBJECT, Buffer.from(garbage, "latin1"));
  }
  const ofAnotherTopic = Buffer.from(bytes.toString("latin1").replace("kv-events", "kv-evants"), "latin1");
  eye.publish(SUBJECT, ofAnotherTopic);
  eye.publish(SUBJECT, bytes);
  await eye.flush();
  const again = await within(events.next(), "the event that the eye published");
  expect(again.value).toMatchObject({ payload: { id: 7 }, sequence: 0n });
  expect(await counter(runtime, "stator_events_skipped_total")).toBe(5);
  await eye.close();
});

test("events go on after NATS was away, and those that were published meanwhile arrive", async () => {
  await using nats = await Nats.start();
  await using publisher = await natsRuntime(nats, "away");
  await using subscriber = await natsRuntime(nats, "away");
  const endpoint = publisher.endpoint("foreign.backend.generate");
  const subscription = subscriber.endpoint("foreign.backend.generate").subscribe<string>("topic");
  await within(subscription.ready, "the subscription");
  const events = subscription[Symbol.asyncIterator]();
  await endpoint.publish("topic", "before");
  expect((await within(events.next(), "the first event")).value?.payload).toBe("before");
  await nats.process.kill();
  await nats.process.start();
  // It takes a moment until both are connected again; a subscriber that is not there yet misses events.
  let payload = "";
  const next = events.next().then(({ value }) => (payload = value?.payload ?? ""));
  await until(async () => {
    await endpoint.publish("topic", "after");
    return payload !== "";
  }, "an event arrives again");
  await next;
  expect(payload).toBe("after");
});

/** The error with which a runtime is not made. */
async function refused(more: object): Promise<StatorError> {
  const place = { discovery: "memory", eventPlane: "nats", natsStartupTimeoutMs: 0 } as const;
  const error = await failure(DistributedRuntime.create({ ...place, ...more }));
  if (!(error instanceof StatorError)) throw error;
  return error;
}

test("a NATS that is not there, does not want us, or takes only small messages, is a typed error", async () => {
  const nobody = await refused({ natsServer: `nats://user:secret@127.0.0.1:${freePort()}` });
  expect([nobody.code, nobody.message]).toEqual(["unavailable", expect.stringContaining("DYN_EVENT_PLANE=zmq")]);
  expect(nobody.message).not.toContain("secret");
  const scheme = await refused({ natsServer: "http://127.0.0.1:4222" });
  expect([scheme.code, scheme.message]).toEqual(["invalid_argument", expect.stringContaining("NATS_SERVER")]);
  const half = await refused({ natsClientCert: "cert.pem" });
  expect([half.code, half.message]).toEqual(["invalid_argument", expect.stringContaining("natsClientKey")]);
  const missing = await refused({ natsCredentialsFile: join(folder, "missing.creds") });
  expect([missing.code, missing.message]).toEqual(["invalid_argument", expect.stringContaining("missing.creds")]);

  await using nats = await Nats.start({ arguments: ["--user", "somebody", "--pass", "secret"] });
  const stranger = await refused({ natsServer: nats.url, natsUsername: "somebody", natsPassword: "wrong" });
  expect([stranger.code, stranger.message]).toEqual([
    "permission_denied",
    expect.stringContaining("NATS_AUTH_USERNAME"),
  ]);
  expect(stranger.message).not.toContain("wrong");

  await using runtime = await natsRuntime(nats, "small", { natsUsername: "somebody", natsPassword: "secret" });
  const large = (await failure(
    runtime.endpoint("foreign.backend.generate").publish("topic", "x".repeat(2 ** 20)),
  )) as StatorError;
  expect([large.code, large.message]).toEqual(["payload_too_large", expect.stringContaining("1048576 is the limit")]);
});
