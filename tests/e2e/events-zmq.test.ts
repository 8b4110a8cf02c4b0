import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "bun:test";

import { DistributedRuntime } from "@stator/runtime-native";

import { freePort } from "../../scripts/lib/servers/free-port.ts";
import { until, within } from "../support/command.ts";
import { counter } from "../support/metrics.ts";

const root = mkdtempSync(join(tmpdir(), "stator-events-zmq-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The start of ZMTP as a publisher says it. */
const GREETING = Buffer.concat([
  Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]),
  Buffer.from("NULL".padEnd(52, "\0"), "latin1"),
  Buffer.from("\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03PUB", "latin1"),
]);

/** A listener that sends this to whoever connects; resolves `sent` when it has. */
function sender(bytes: Buffer): { port: number; sent: Promise<void>; [Symbol.dispose](): void } {
  const { promise: sent, resolve } = Promise.withResolvers<void>();
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.write(bytes);
      },
      data() {
        resolve();
      },
    },
  });
  return { port: listener.port, sent, [Symbol.dispose]: () => listener.stop(true) };
}

/** A key as the name of a file: what is no letter or digit is `%XX`. */
function escape(key: string): string {
  return [...Buffer.from(key)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

/** The record of a publisher. */
function record(id: number, transport: object): string {
  return JSON.stringify({
    type: "EventChannel",
    scope: { kind: "endpoint", endpoint: { namespace: "foreign", component: "backend", name: "generate" } },
    topic: "topic",
    instance_id: id,
    transport,
  });
}

function at(port: number): object {
  return { kind: "Zmq", config: { endpoint: `tcp://127.0.0.1:${port}` } };
}

test("foreign records and hostile publishers are skipped, and real ones are read", async () => {
  const bucket = join(root, "v1", "event_channels");
  mkdirSync(bucket, { recursive: true });
  const place = { discovery: "file", filePath: root, eventPlane: "zmq" } as const;
  const put = (id: number, content: string): void => {
    const key = `namespace/foreign/component/backend/endpoint/generate/topic/topic/${id.toString(16)}`;
    writeFileSync(join(bucket, escape(key)), content);
  };

  using http = sender(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n".padEnd(100)));
  using huge = sender(Buffer.concat([GREETING, Buffer.from([2, 0x7f, 255, 255, 255, 255, 255, 255, 255])]));
  const strange = Buffer.from("\x01\x05topic\x00\x05hello\x00\x05other", "latin1");
  using foreign = sender(Buffer.concat([GREETING, strange]));
  put(1, "{ no json");
  put(2, record(3, at(1)));
  put(4, record(4, { kind: "Nats", config: { subject_prefix: "namespace.foreign" } }));
  put(5, record(5, { kind: "Zmq", config: { endpoint: "tcp://0.0.0.0:5555" } }));
  put(6, record(6, { kind: "Zmq", config: { endpoint: "ipc:///tmp/socket" } }));
  put(7, record(7, { kind: "FromTheFuture", config: {} }));
  put(8, record(8, at(freePort())));
  put(9, record(9, at(http.port)));
  put(10, record(10, at(huge.port)));
  put(11, record(11, at(foreign.port)));
  writeFileSync(join(bucket, "no-key"), "{}");

  await using publisher = await DistributedRuntime.create(place);
  await publisher.endpoint("foreign.backend.generate").publish("topic", "for nobody");
  await using subscriber = await DistributedRuntime.create({ ...place, systemPort: 0 });
  const subscription = subscriber.endpoint("foreign.backend.generate").subscribe<string>("topic");
  await within(subscription.ready, "the subscription");
  await Promise.all([http.sent, huge.sent, foreign.sent]);
  await publisher.endpoint("foreign.backend.generate").publish("topic", "hello");
  const event = await within(subscription[Symbol.asyncIterator]().next(), "the event");
  expect(event.value?.payload).toBe("hello");
  // Six records, and at least once each: no ZMTP, a frame that is too long, and two messages that are no events.
  await until(
    async () => (await counter(subscriber, "stator_events_skipped_total")) >= 10,
    "everything foreign was counted",
  );
});
