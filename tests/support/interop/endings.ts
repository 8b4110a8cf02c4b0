import { describe, expect, test } from "bun:test";
import type { StatorError } from "@stator/runtime-native";

import type { UpstreamWheel } from "../../../scripts/lib/upstream/upstream-wheel.ts";
import { until, within } from "../command.ts";
import { failure } from "../failure.ts";
import { clientOf, type Codec, Meeting, type Place, seen } from "./meeting.ts";

/** Workers of both languages that are killed in a stream, or stop. */
export function endings(wheel: UpstreamWheel, place: Place, codec: Codec): void {
  const python = `Python ${wheel.version}`;
  describe(`a worker that ends, ${place.discovery} + ${place.plane}, ${codec}`, () => {
    test(`TypeScript client, ${python} worker: killed in a stream`, async () => {
      await using meeting = await Meeting.start(wheel, codec, place);
      await using worker = meeting.python("worker.py");
      await using runtime = await meeting.runtime();
      const client = await clientOf(runtime);
      let count = 0;
      const reading = (async () => {
        for await (const _ of client.generate({ mode: "endless", name: "x" })) {
          if (++count === 3) worker.signal("SIGKILL");
        }
      })();
      expect(await failure(reading)).toMatchObject({ code: "unknown_outcome" });
      // Whether the next call reaches a socket that is about to break, or none, is a race.
      const next = await failure(client.generate({ mode: "echo", value: 1 }).one());
      expect(["unavailable", "unknown_outcome"]).toContain((next as StatorError).code);
      await until(() => client.instanceIds().length === 0, "its record is gone");
    });

    test(`TypeScript client, ${python} worker: stops, and ends what is open`, async () => {
      await using meeting = await Meeting.start(wheel, codec, place);
      await using worker = meeting.python("worker.py");
      await using runtime = await meeting.runtime();
      const client = await clientOf(runtime);
      let count = 0;
      for await (const _ of client.generate({ mode: "slow", items: 50 })) if (++count === 3) worker.signal("SIGTERM");
      expect(count).toBe(50);
      expect(await within(worker.exited, "the end of the worker")).toBe(0);
      expect(await failure(client.generate({ mode: "echo", value: 1 }).one())).toMatchObject({ code: "no_instances" });
    });

    test(`${python} client, TypeScript worker: killed in a stream`, async () => {
      await using meeting = await Meeting.start(wheel, codec, place);
      await using worker = meeting.typescriptWorker();
      await worker.line(/^serving$/);
      await using client = meeting.python("client.py", codec, "endless");
      await client.line(/^endless began$/);
      worker.signal("SIGKILL");
      const told = await seen<{ error: string }>(client, "endless");
      expect(told.error).toContain("Unavailable");
    });

    test(`${python} client, TypeScript worker: stops, and ends what is open`, async () => {
      await using meeting = await Meeting.start(wheel, codec, place);
      await using worker = meeting.typescriptWorker();
      await worker.line(/^serving$/);
      await using client = meeting.python("client.py", codec, "slow");
      // Who has no item yet is told to go elsewhere: the original does so when a record goes.
      await client.line(/^slow began$/);
      worker.signal("SIGTERM");
      const told = await seen<{ items: unknown[]; error: string | null }>(client, "slow");
      expect({ count: told.items.length, error: told.error }).toEqual({ count: 50, error: null });
      expect(await within(worker.exited, "the end of the worker")).toBe(0);
    });
  });
}
