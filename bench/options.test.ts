import { describe, expect, test } from "bun:test";
import { parseOptions } from "./options.ts";
import { median } from "./report.ts";

describe("options", () => {
  test("default to all points in three rounds", () => {
    const options = parseOptions([]);
    if (options === "help") throw new Error("not asked for");
    expect(options.peers).toEqual(["raw", "stator"]);
    expect(options.rounds).toBe(3);
    expect(options.points.map((point) => `${point.kind} ${point.concurrency}`)).toEqual([
      "unary 1",
      "unary 16",
      "unary 128",
      "stream 1",
      "stream 16",
      "stream 64",
    ]);
  });

  test("say how many at once, for calls and for streams", () => {
    expect(parseOptions(["--only", "unary", "--at", "32,256"])).toMatchObject({
      points: [
        { kind: "unary", concurrency: 32 },
        { kind: "unary", concurrency: 256 },
      ],
    });
  });

  test("validators and workers are measured too, or alone, or not", () => {
    expect(parseOptions([])).toMatchObject({ validators: true });
    expect(parseOptions(["--only", "validators"])).toMatchObject({ validators: true, points: [] });
    expect(parseOptions(["--only", "unary"])).toMatchObject({ validators: false, workers: false });
    expect(parseOptions(["--only", "workers"])).toMatchObject({ validators: false, workers: true, points: [] });
  });

  test.each([
    [["--only", "both"], /--only: "both"/],
    [["--rounds", "0"], /--rounds: "0"/],
    [["--at", "16,many"], /--at: "many"/],
    [["--peers", "raw,carrier-pigeon"], /carrier-pigeon.*dynamo, raw, stator, wheel/],
    [["--fast"], /--fast/],
  ])("%j is refused with a sentence", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});

const round = (rate: number, p50: number) => ({ rate, p50, p99: 0, cpu: 0, clientMemory: 0, workerMemory: 0 });

test("the median of each figure is taken on its own", () => {
  expect(median([round(1, 30), round(3, 20), round(2, 10)])).toMatchObject({ rate: 2, p50: 20 });
  expect(median([round(1, 30), round(3, 20)])).toMatchObject({ rate: 2, p50: 25 });
});
