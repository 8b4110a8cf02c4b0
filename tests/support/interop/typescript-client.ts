import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Annotated, Client, DistributedRuntime } from "@stator/runtime-native";

import type { UpstreamWheel } from "../../../scripts/lib/upstream/upstream-wheel.ts";
import type { Request } from "../../e2e/fixtures/interop/handler.ts";
import type { Command } from "../command.ts";
import { failure } from "../failure.ts";
import { clientOf, type Codec, Meeting, type Place } from "./meeting.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async function* requests() {
  yield { n: 1 };
  yield "two";
}

/** Values that both languages have, in both codecs. */
const VALUES: unknown[] = [
  ...[null, true, false, 0, -1, 2 ** 53 - 1, 9007199254740993n, 18446744073709551615n, -9223372036854775808n],
  ...[1.5, 1e300, "", "größer 你好 👋", "x".repeat(1_000_000), [], {}, [1, [null, { a: null }]]],
  { text: "a", list: [1, 2.5], deep: { deeper: {} } },
];

/** Everything that a client of TypeScript does with a worker of the original. */
export function typescriptClient(wheel: UpstreamWheel, place: Place, codec: Codec): void {
  const cell = `TypeScript client, Python ${wheel.version} worker, ${place.discovery} + ${place.plane}, ${codec}`;
  describe(cell, () => {
    let meeting: Meeting;
    let worker: Command;
    let runtime: DistributedRuntime;
    let client: Client<Request, unknown>;
    beforeAll(async () => {
      meeting = await Meeting.start(wheel, codec, place);
      worker = meeting.python("worker.py");
      runtime = await meeting.runtime();
      client = await clientOf(runtime);
    });
    afterAll(async () => {
      await runtime.shutdown();
      await worker[Symbol.asyncDispose]();
      await meeting[Symbol.asyncDispose]();
    });

    test("its record is an instance like any other", () => {
      const [instance] = client.instances();
      expect(instance).toMatchObject({ namespace: "interop", component: "worker", endpoint: "run", wire: "dynamo" });
      expect(client.instanceIds()).toEqual([instance?.instanceId ?? 0n]);
    });

    test("unary", async () => {
      const [id = 0n] = client.instanceIds();
      expect(await client.generate({ mode: "echo", value: { a: 1 } }).one()).toEqual({ a: 1 });
      expect(await client.direct({ mode: "echo", value: "direct" }, id).one()).toBe("direct");
      expect(await client.leastLoaded({ mode: "echo", value: "least loaded" }).one()).toBe("least loaded");
    });

    test("a stream of 10,000", async () => {
      let index = 0;
      for await (const item of client.generate({ mode: "count", items: 10_000 })) {
        expect(item).toEqual({ index: index++ });
      }
      expect(index).toBe(10_000);
    });

    test("an error before the first item", async () => {
      const error = await failure(client.generate({ mode: "fail", after: 0 }).one());
      expect(error).toMatchObject({
        code: "invalid_argument",
        message: "ValueError: not like this",
        remoteName: "ValueError",
        details: { class: "InvalidRequest", reason: "backend.invalid_argument" },
      });
    });

    test("an error in the stream", async () => {
      const items: unknown[] = [];
      const reading = (async () => {
        for await (const item of client.generate({ mode: "fail", after: 3 })) items.push(item);
      })();
      expect(await failure(reading)).toMatchObject({ code: "invalid_argument" });
      expect(items).toEqual([{ index: 0 }, { index: 1 }, { index: 2 }]);
    });

    test("cancel by stop", async () => {
      const stream = client.generate({ mode: "endless", name: "stop" });
      let count = 0;
      for await (const _ of stream) if (++count === 5) stream.stop();
      await worker.line(/^stopped stop killed=False$/);
    });

    test("cancel by kill", async () => {
      let count = 0;
      for await (const _ of client.generate({ mode: "endless", name: "kill" })) if (++count === 5) break;
      await worker.line(/^stopped kill killed=True$/);
    });

    test("a deadline stops the handler", async () => {
      const call = Array.fromAsync(client.generate({ mode: "endless", name: "deadline" }, { timeoutMs: 200 }));
      expect(await failure(call)).toMatchObject({ code: "deadline_exceeded" });
      await worker.line(/^stopped deadline killed=/);
    });

    test("id, metadata and trace headers", async () => {
      const metadata = { "x-tenant": "t1", traceparent: TRACE };
      const told = await client.generate({ mode: "context" }, { id: "call-7", metadata }).one();
      expect(told).toMatchObject({ id: "call-7", metadata: { "x-tenant": "t1" } });
    });

    test("every type of JSON", async () => {
      for (const value of VALUES) {
        expect(await client.generate({ mode: "echo", value: [value] }).one()).toEqual([value]);
      }
    });

    test("bytes, and keys that are no text", async () => {
      const value = { bytes: new Uint8Array([0, 255]), deep: [new Map<unknown, unknown>([[1, "one"]])] };
      const back = await client.generate({ mode: "echo", value }).one();
      if (codec === "msgpack") expect(back).toEqual(value);
      else expect(back).toEqual({ bytes: [0, 255], deep: [{ 1: "one" }] });
      const whole = await client.generate({ mode: "echo", value: new Uint8Array([1, 2]) }).one();
      expect(whole).toEqual(codec === "msgpack" ? new Uint8Array([1, 2]) : [1, 2]);
    });

    test("what stands beside the data", async () => {
      const request = { mode: "annotated" } as unknown as Request;
      expect(await Array.fromAsync(client.generate(request))).toEqual([1, 2]);
      const endpoint = runtime.endpoint("interop.worker.run");
      await using whole: Client<Request, Annotated<unknown>> = await endpoint.client({ annotated: true });
      const [note, one, two] = await Array.fromAsync(whole.generate(request));
      expect(note).toMatchObject({ event: "note", comment: ["first", "second"] });
      expect(one).toMatchObject({ data: 1, id: "seven" });
      expect(two).toMatchObject({ data: 2 });
    });

    test("requests in a stream to serve_bidirectional_endpoint", async () => {
      const both = await runtime.endpoint("interop.worker.both").client<unknown, unknown>();
      await both.waitForInstances({ timeoutMs: 20_000 });
      expect(await Array.fromAsync(both.generate(requests()))).toEqual([{ got: { n: 1 } }, { got: "two" }, "end"]);
    });
  });
}
