import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";

import { DistributedRuntime, type StatorError } from "../src/index.ts";
import { failure } from "./support/failure.ts";
import { collect, Pair } from "./support/pair.ts";
import { RawWorker } from "./support/raw-worker.ts";
import { FLAG, frame, FrameReader, KIND, ONLY, openPayload, preface } from "./support/wire.ts";

const root = mkdtempSync(join(tmpdir(), "stator-hostile-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What strange workers send as an item, and what the caller makes of it. */
const BROKEN: readonly [name: string, payload: string | Uint8Array][] = [
  ["nothing", ""],
  ["half an object", '{"a":'],
  ["two values", "1],[0"],
  ["a byte order mark first", "\ufeff{}"],
  ["a bare word", "undefined"],
  ["a number that is none", "NaN"],
  ["bytes that are no UTF-8", new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
  ["a character cut in two", new Uint8Array([0x22, 0xf0, 0x9f, 0x98])],
  ["half a character in UTF-8", new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ["deep nesting around a large integer", `${"[".repeat(20_000)}12345678901234567890${"]".repeat(20_000)}`],
];

describe("a worker that sends what is not JSON", () => {
  test.each(BROKEN)("%s: a protocol error of that call, after the items before it", async (name, payload) => {
    const folder = mkdtempSync(join(root, "kv-"));
    using _ = new RawWorker(folder, "a.b.c", 77n, (request, write) => {
      write(KIND.data, FLAG.endMessage, '"before"');
      if (request === '"break"') write(KIND.data, FLAG.endMessage, payload);
      write(KIND.data, ONLY, '"after 😀"');
    });
    await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: folder });
    await using client = await runtime.endpoint("a.b.c").client<string, string>();
    expect(await client.waitForInstances()).toEqual([77n]);
    // All of them leave in one batch and are answered in one.
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, async (__, index): Promise<unknown[]> => {
        const items: string[] = [];
        try {
          for await (const item of client.generate(index % 3 === 1 ? "break" : "fine")) items.push(item);
          return items;
        } catch (error) {
          const { code, instanceId } = error as StatorError;
          return [...items, code, instanceId];
        }
      }),
    );
    for (const [index, outcome] of outcomes.entries()) {
      const expected: unknown[] = index % 3 === 1 ? ["before", "protocol", 77n] : ["before", "after 😀"];
      expect<unknown[]>([name, ...outcome]).toEqual([name, ...expected]);
    }
  });

  test("an error that is none, or says strange things, is still a typed error", async () => {
    const folder = mkdtempSync(join(root, "kv-"));
    const errors: Record<string, string> = {
      garbage: "not json",
      empty: "",
      "unknown code": '{"code":"never_heard_of","message":"odd"}',
      "odd instance": '{"code":"overloaded","message":"odd","instance":"not a number"}',
      "odd types": '{"code":1,"message":[]}',
      "large details": '{"code":"not_found","message":"odd","details":{"n":12345678901234567890}}',
    };
    using _ = new RawWorker(folder, "a.b.c", 77n, (request, write) => {
      write(KIND.error, 0, errors[JSON.parse(request) as string] ?? "");
    });
    await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: folder });
    await using client = await runtime.endpoint("a.b.c").client<string, string>();
    await client.waitForInstances();
    const received = await Promise.all(Object.keys(errors).map((each) => failure(client.generate(each).one())));
    const codes = received.map((error) => error.code);
    expect(codes.slice(0, 2)).toEqual(["protocol", "protocol"]);
    expect(codes[2]).toBe("internal");
    expect(codes[3]).toBe("overloaded");
    expect(codes[4]).toBe("protocol");
    expect([codes[5], received[5]?.details]).toEqual(["not_found", { n: 12345678901234567890n }]);
  });
});

describe("a caller that sends what is not JSON", () => {
  test("the handler does not see it, the caller is told, and other calls go on", async () => {
    let handled = 0;
    await using pair = await Pair.of<string, string>("tcp", async (request) => {
      handled++;
      return request;
    });
    const requests: [payload: string | Uint8Array, code: string | null][] = [
      ['"fine 1"', null],
      ["1],[0", "invalid_request"],
      ['"fine 2"', null],
      [new Uint8Array([0x22, 0xff, 0x22]), "protocol"],
      ["", "invalid_request"],
      ['"fine 3"', null],
      ["\ufeff1", "invalid_request"],
      ['"😀"', null],
    ];
    const answers = await rawCalls(
      pair,
      false,
      requests.map(([payload]) => payload),
    );
    for (const [index, [payload, code]] of requests.entries()) {
      const answer = answers.get(index + 1);
      if (code === null) expect(answer).toBe(String(payload));
      else expect(JSON.parse(answer ?? "null")).toMatchObject({ code });
    }
    expect(handled).toBe(4);
    expect(await pair.client.generate("other").one()).toBe("other");
  });

  test("in a stream of requests, the handler's loop throws after what came before", async () => {
    const told = Promise.withResolvers<unknown[]>();
    await using pair = await Pair.of<string, string, AsyncIterable<string>>("tcp", async (parts) => {
      const seen: unknown[] = [];
      try {
        for await (const part of parts) seen.push(part);
      } catch (error) {
        seen.push((error as StatorError).code);
        told.resolve(seen);
        throw error;
      }
      return "complete";
    });
    const answers = await rawCalls(pair, true, ['"one"', "{broken"]);
    expect(await told.promise).toEqual(["one", "invalid_request"]);
    expect(JSON.parse(answers.get(1) ?? "null")).toMatchObject({ code: "invalid_request" });
    expect(await collect(pair.client.generate(toParts("x")))).toEqual(["complete"]);
  });
});

async function* toParts(...parts: string[]): AsyncGenerator<string> {
  yield* parts;
}

/** Makes calls by hand, all in one write: one for each payload, or one with all of them. Gives the answers by stream. */
function rawCalls(
  pair: Pair<string, string>,
  requestStream: boolean,
  payloads: (string | Uint8Array)[],
): Promise<Map<number, string>> {
  const { promise, resolve, reject } = Promise.withResolvers<Map<number, string>>();
  const answers = new Map<number, string>();
  const reader = new FrameReader();
  const calls = requestStream
    ? [
        frame(KIND.open, 0, 1, openPayload(pair.path, true)),
        ...payloads.map((payload) => frame(KIND.data, FLAG.endMessage, 1, payload)),
      ]
    : payloads.flatMap((payload, index) => [
        frame(KIND.open, 0, index + 1, openPayload(pair.path)),
        frame(KIND.data, ONLY, index + 1, payload),
      ]);
  const wanted = requestStream ? 1 : payloads.length;
  const [instance] = pair.client.instances();
  const [hostname = "", port = "0"] = instance?.address.split(":") ?? [];
  void Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      open: (socket) => void socket.write(Buffer.concat([preface(), ...calls])),
      data: (socket, bytes) => {
        for (const { kind, stream, payload } of reader.push(bytes)) {
          if (kind === KIND.data || kind === KIND.error) answers.set(stream, payload.toString());
        }
        if (answers.size < wanted) return;
        resolve(answers);
        socket.end();
      },
      close: () => reject(new Error(`the connection was closed after ${answers.size} answers`)),
      error: (_, error) => reject(error),
    },
  });
  return promise;
}
