import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { DistributedRuntime } from "@stator/runtime-native";

import type { UpstreamWheel } from "../../../scripts/lib/upstream/upstream-wheel.ts";
import { type Command, within } from "../command.ts";
import { type Codec, Meeting, type Place, seen, serve } from "./meeting.ts";

/** Everything that a client of the original does with a worker of TypeScript. */
export function pythonClient(wheel: UpstreamWheel, place: Place, codec: Codec): void {
  const cell = `Python ${wheel.version} client, TypeScript worker, ${place.discovery} + ${place.plane}, ${codec}`;
  describe(cell, () => {
    let meeting: Meeting;
    let runtime: DistributedRuntime;
    let ends: Map<string, PromiseWithResolvers<boolean>>;
    let client: Command;
    beforeAll(async () => {
      meeting = await Meeting.start(wheel, codec, place);
      runtime = await meeting.runtime();
      ends = await serve(runtime);
      client = meeting.python("client.py", codec);
    });
    afterAll(async () => {
      await client[Symbol.asyncDispose]();
      await runtime.shutdown();
      await meeting[Symbol.asyncDispose]();
    });

    test("unary", async () => {
      expect(await seen<unknown>(client, "unary")).toEqual({ items: [{ text: "a", n: 7 }], error: null });
    });

    test("a stream of 10,000", async () => {
      expect(await seen<unknown>(client, "stream")).toEqual({ count: 10_000, inOrder: true, error: null });
    });

    test("an error before the first item", async () => {
      expect(await seen<unknown>(client, "failBefore")).toEqual({
        items: [],
        error: expect.stringMatching(/^ValueError: Internal: RangeError: not like this$/),
      });
    });

    test("an error in the stream", async () => {
      expect(await seen<unknown>(client, "failIn")).toEqual({
        items: [{ index: 0 }, { index: 1 }, { index: 2 }],
        error: expect.stringContaining("not like this"),
      });
    });

    test("every type of JSON", async () => {
      expect(await seen<string[]>(client, "values")).toEqual([]);
    });

    test("bytes, and keys that are no text", async () => {
      const told = await seen<{ same: boolean; items: string }>(client, "bytes");
      if (codec === "msgpack") expect(told.same).toBe(true);
      else expect(told.items).toBe("[{'1': 'one', 'bytes': [0, 255]}]");
    });

    test("id and metadata", async () => {
      const told = await seen<unknown>(client, "context");
      expect(told).toMatchObject({ items: [{ id: "call-7", metadata: { "x-tenant": "t1" } }], error: null });
    });

    test("cancel by stop", async () => {
      expect(await seen<unknown>(client, "stop")).toEqual({ enough: true, error: null });
      expect(await within(ends.get("stop")?.promise ?? Promise.resolve(true), "the end of the call")).toBe(false);
    });

    test("cancel by kill", async () => {
      expect(await seen<unknown>(client, "kill")).toEqual({ items: 5, error: null });
      expect(await within(ends.get("kill")?.promise ?? Promise.resolve(false), "the end of the call")).toBe(true);
    });

    test("200 calls, 20 at once", async () => {
      expect(await seen<number>(client, "load")).toBe(200);
    });
  });
}
