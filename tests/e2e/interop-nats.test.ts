/** Programs of both languages call each other over NATS, with answers over TCP as in the original. */
import { expect, test } from "bun:test";

import { UPSTREAM_VERSION, upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { failure } from "../support/failure.ts";
import { endings } from "../support/interop/endings.ts";
import { clientOf, Meeting, seen, serve } from "../support/interop/meeting.ts";
import { pythonClient } from "../support/interop/python-client.ts";
import { typescriptClient } from "../support/interop/typescript-client.ts";

// Here, where no limit of a single test counts: the first time it is installed.
const wheel = await upstreamWheel();
const PYTHON = `Python ${UPSTREAM_VERSION}`;
const PLACE = { discovery: "file", plane: "NATS" } as const;

typescriptClient(wheel, PLACE, "msgpack");
pythonClient(wheel, PLACE, "msgpack");
endings(wheel, PLACE, "msgpack");

const NAME = "Interop._Worker.run";

test(`capitals and underscores at the start, TypeScript client, ${PYTHON} worker`, async () => {
  await using meeting = await Meeting.start(wheel, "msgpack", PLACE);
  await using _ = meeting.python("worker.py", NAME);
  await using runtime = await meeting.runtime();
  const client = await clientOf(runtime, NAME);
  expect(await client.generate({ mode: "echo", value: "hello" }).one()).toBe("hello");
});

test(`capitals and underscores at the start, ${PYTHON} client, TypeScript worker`, async () => {
  await using meeting = await Meeting.start(wheel, "msgpack", PLACE);
  await using runtime = await meeting.runtime();
  await serve(runtime, NAME);
  await using client = meeting.python("client.py", "msgpack", "unary", `at=${NAME}`);
  expect(await seen<unknown>(client, "unary")).toEqual({ items: [{ text: "a", n: 7 }], error: null });
});

test(`capitals and underscores at the start, ${PYTHON} on both sides: they do not meet`, async () => {
  await using meeting = await Meeting.start(wheel, "msgpack", PLACE);
  await using _ = meeting.python("worker.py", NAME);
  await using client = meeting.python("client.py", "msgpack", "unary", `at=${NAME}`);
  expect((await seen<{ error: string }>(client, "unary")).error).toContain("Unavailable");
});

test(`a request that the server of NATS does not take, TypeScript client, ${PYTHON} worker`, async () => {
  await using meeting = await Meeting.start(wheel, "msgpack", PLACE);
  await using _ = meeting.python("worker.py");
  await using runtime = await meeting.runtime();
  const client = await clientOf(runtime);
  const error = await failure(client.generate({ mode: "echo", value: "x".repeat(2 ** 20) }).one());
  expect(error).toMatchObject({ code: "payload_too_large", message: expect.stringContaining("max_payload") });
});

test(`a worker that is full refuses, ${PYTHON} client, TypeScript worker`, async () => {
  await using meeting = await Meeting.start(wheel, "msgpack", PLACE);
  await using runtime = await meeting.runtime({ maxConcurrentCalls: 1 });
  await serve(runtime);
  await using busy = await clientOf(runtime);
  const stream = busy.generate({ mode: "endless", name: "busy" })[Symbol.asyncIterator]();
  await stream.next();
  await using client = meeting.python("client.py", "msgpack", "unary");
  expect((await seen<{ error: string }>(client, "unary")).error).toContain("CapacityExhausted: Server overloaded");
  await stream.return?.();
});
