/** Older versions of the original, over files and TCP, in both directions. */
import { describe, expect, test } from "bun:test";

import { upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { within } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { clientOf, Meeting, seen, serve } from "../support/interop/meeting.ts";

const VERSIONS = ["1.5.1", "1.2.1", "1.0.2"];
// Here, where no limit of a single test counts: the first time they are installed.
const wheels = new Map<string, Awaited<ReturnType<typeof upstreamWheel>>>();
for (const version of VERSIONS) wheels.set(version, await upstreamWheel(version));

function meeting(version: string): Promise<Meeting> {
  const wheel = wheels.get(version);
  if (wheel === undefined) throw new Error(`${version} is not installed`);
  return Meeting.start(wheel, "msgpack");
}

describe.each(VERSIONS)("Python %s, file + TCP", (version) => {
  test(`TypeScript client, Python ${version} worker: unary, stream of 10,000, errors, stop, graceful end`, async () => {
    await using place = await meeting(version);
    await using worker = place.python("worker.py");
    await using runtime = await place.runtime();
    const client = await clientOf(runtime);
    const value = { text: "größer 👋", list: [1, null, { deep: true }], big: 9007199254740993n };
    expect(await client.generate({ mode: "echo", value }).one()).toEqual(value);
    let index = 0;
    for await (const item of client.generate({ mode: "count", items: 10_000 })) {
      expect(item).toEqual({ index: index++ });
    }
    expect(index).toBe(10_000);
    for (const after of [0, 3]) {
      const items: unknown[] = [];
      const reading = (async () => {
        for await (const item of client.generate({ mode: "fail", after })) items.push(item);
      })();
      expect((await failure(reading)).message).toContain("not like this");
      expect(items).toHaveLength(after);
    }
    const stream = client.generate({ mode: "endless", name: "stop" });
    let count = 0;
    for await (const _ of stream) if (++count === 5) stream.stop();
    await worker.line(/^stopped stop killed=False$/);
    worker.signal("SIGTERM");
    expect(await within(worker.exited, "the end of the worker")).toBe(0);
  }, 120_000);

  test(`Python ${version} client, TypeScript worker: unary, stream of 10,000, errors`, async () => {
    await using place = await meeting(version);
    await using runtime = await place.runtime();
    await serve(runtime);
    await using client = place.python("client.py", "msgpack", "unary", "stream", "failBefore", "failIn", "slow");
    expect(await seen<unknown>(client, "unary")).toEqual({ items: [{ text: "a", n: 7 }], error: null });
    expect(await seen<unknown>(client, "stream")).toEqual({ count: 10_000, inOrder: true, error: null });
    expect(await seen<unknown>(client, "failBefore")).toMatchObject({ items: [], error: expect.any(String) });
    const items = [{ index: 0 }, { index: 1 }, { index: 2 }];
    expect(await seen<unknown>(client, "failIn")).toMatchObject({ items, error: expect.any(String) });
    const slow = await seen<{ items: unknown[]; error: string | null }>(client, "slow");
    expect({ count: slow.items.length, error: slow.error }).toEqual({ count: 50, error: null });
  }, 120_000);
});
