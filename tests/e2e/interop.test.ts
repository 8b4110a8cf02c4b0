/** Programs of both languages call each other over the original's wire: files for discovery, TCP for calls. */
import { expect, test } from "bun:test";

import { UPSTREAM_VERSION, upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { endings } from "../support/interop/endings.ts";
import { clientOf, Meeting, seen } from "../support/interop/meeting.ts";
import { pythonClient } from "../support/interop/python-client.ts";
import { typescriptClient } from "../support/interop/typescript-client.ts";

// Here, where no limit of a single test counts: the first time it is installed.
const wheel = await upstreamWheel();
const PYTHON = `Python ${UPSTREAM_VERSION}`;
const PLACE = { discovery: "file", plane: "TCP" } as const;

for (const codec of ["msgpack", "json"] as const) {
  typescriptClient(wheel, PLACE, codec);
  pythonClient(wheel, PLACE, codec);
  endings(wheel, PLACE, codec);
}

test(`both wires at once: TypeScript and ${PYTHON} clients of one TypeScript worker, under load`, async () => {
  await using meeting = await Meeting.start(wheel, "msgpack");
  await using worker = meeting.typescriptWorker();
  await worker.line(/^serving$/);
  await using runtime = await meeting.runtime();
  const client = await clientOf(runtime);
  expect(client.instances()[0]?.wire).toBe("stator");
  await using python = meeting.python("client.py", "msgpack");
  let over = false;
  const theirs = seen<number>(python, "load").finally(() => {
    over = true;
  });
  let calls = 0;
  const ours = Array.from({ length: 16 }, async (_, caller) => {
    while (!over) {
      const value = `${caller} ${calls++}`;
      expect(await client.generate({ mode: "echo", value }).one()).toBe(value);
    }
  });
  expect(await theirs).toBe(200);
  await Promise.all(ours);
  expect(calls).toBeGreaterThan(1000);
});
