import { expect, test } from "bun:test";

import { LogBuffer } from "./log-buffer.ts";

const FROM = { service: "a.b", worker: 0, stream: "stdout" } as const;

test("keeps the last lines, of all or of one service", () => {
  const logs = new LogBuffer();
  logs.add(FROM, "one\ntwo\n");
  logs.add({ ...FROM, service: "c.d" }, "three\n");
  expect(logs.last(2, null).map(({ line }) => line)).toEqual(["two", "three"]);
  expect(logs.last(9, "a.b").map(({ line }) => line)).toEqual(["one", "two"]);
  expect(logs.last(0, null)).toEqual([]);
});

test("is bounded in lines and in text", () => {
  const logs = new LogBuffer();
  for (let n = 0; n < 6000; n++) logs.add(FROM, `${n}\n`);
  expect(logs.last(9999, null)).toHaveLength(5000);
  expect(logs.last(1, null)[0]?.line).toBe("5999");
  for (let n = 0; n < 100; n++) logs.add(FROM, "x".repeat(100_000));
  const kept = logs.last(9999, null).reduce((sum, { line }) => sum + line.length, 0);
  expect(kept).toBeLessThanOrEqual(4 * 1024 * 1024);
});

test("tells followers until they are done", () => {
  const logs = new LogBuffer();
  const seen: string[] = [];
  {
    using following = logs.follow(({ line }) => seen.push(line));
    expect(following).toBeDefined();
    logs.add(FROM, "a\nb\n");
  }
  logs.add(FROM, "c\n");
  expect(seen).toEqual(["a", "b"]);
});
