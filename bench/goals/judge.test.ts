import { describe, expect, test } from "bun:test";
import type { Goal, Sample } from "./goal.ts";
import { goalsTable } from "./goals-table.ts";
import { GOALS } from "./goals.ts";
import { judge } from "./judge.ts";
import type { Judgement } from "./judge.ts";

const goal: Goal = { point: "calls", figure: "rate", versus: "raw", better: "more", floor: 0.6, stretch: 0.9 };

const samples = (peer: string, values: readonly number[], figure: Sample["figure"] = "rate"): Sample[] =>
  values.map((value, round) => ({ point: "calls", peer, figure, round, value }));

function only(given: Goal, ...measured: Sample[][]): Judgement {
  const [judgement] = judge([given], measured.flat());
  if (judgement === undefined) throw new Error("no judgement");
  return judgement;
}

describe("a goal", () => {
  test.each([
    [95, "stretch", true],
    [70, "floor", true],
    [60, "floor", true],
    [59, "missed", false],
  ] as const)("at %d of a hundred is %s", (value, verdict, passes) => {
    expect(only(goal, samples("raw", [100]), samples("stator", [value]))).toMatchObject({
      verdict,
      passes,
      versus: "raw",
    });
  });

  test("is held beside what was measured in the same round, and the median of the ratios counts", () => {
    // The machine was ten times as fast in the second round: the ratios say nothing of it.
    const { ratio } = only(goal, samples("raw", [100, 1000, 100]), samples("stator", [70, 800, 90]));
    expect(ratio).toEqual({ median: 0.8, min: 0.7, max: 0.9 });
  });

  test("with less as the better side", () => {
    const latency: Goal = { ...goal, figure: "p50", better: "less", floor: 1.5, stretch: 1.1 };
    const ofRaw = samples("raw", [100], "p50");
    expect(only(latency, ofRaw, samples("stator", [105], "p50")).verdict).toBe("stretch");
    expect(only(latency, ofRaw, samples("stator", [140], "p50")).verdict).toBe("floor");
    expect(only(latency, ofRaw, samples("stator", [160], "p50"))).toMatchObject({ verdict: "missed", passes: false });
  });

  test("beside a group is one beside the best of it, whoever that is", () => {
    const ahead: Goal = { ...goal, versus: ["rpc"], floor: 1, stretch: 2 };
    const measured = [samples("grpc", [10]), samples("nats", [50]), samples("raw", [1000]), samples("stator", [60])];
    expect(only(ahead, ...measured)).toMatchObject({ verdict: "floor", versus: "nats" });
    expect(
      only(
        { ...ahead, figure: "p50", better: "less", stretch: 0.5 },
        samples("grpc", [10], "p50"),
        samples("nats", [50], "p50"),
        samples("stator", [20], "p50"),
      ),
    ).toMatchObject({
      verdict: "missed",
      versus: "grpc",
    });
  });

  test("beside nobody is the value itself", () => {
    const idle: Goal = { ...goal, versus: null, better: "less", floor: 0.01 };
    expect(only(idle, samples("stator", [0.002]))).toMatchObject({ passes: true, versus: null });
    expect(only(idle, samples("stator", [0.02])).passes).toBeFalse();
  });

  test("that was not measured is no failure and no success", () => {
    for (const measured of [[], samples("raw", [1]), samples("stator", [1]), samples("stator-service", [1])]) {
      expect(only(goal, measured)).toMatchObject({ verdict: "unmeasured", ratio: null, passes: true });
    }
    expect(only(goal, samples("raw", [Number.NaN]), samples("stator", [1])).verdict).toBe("unmeasured");
  });

  test("that is known to be missed passes the gate until it gets worse", () => {
    const known: Goal = { ...goal, gate: 0.4 };
    expect(only(known, samples("raw", [100]), samples("stator", [45]))).toMatchObject({
      verdict: "missed",
      passes: true,
    });
    expect(only(known, samples("raw", [100]), samples("stator", [30])).passes).toBeFalse();
  });
});

test("the committed goals are sound: a stretch is further than its floor, and what the gate takes is not", () => {
  expect(GOALS.length).toBeGreaterThan(20);
  for (const { better, floor, stretch = floor, gate = floor, versus, peer = "stator" } of GOALS) {
    const [near, middle, far] = better === "more" ? [gate, floor, stretch] : [stretch, floor, gate];
    expect(near).toBeLessThanOrEqual(middle);
    expect(middle).toBeLessThanOrEqual(far);
    expect(versus).not.toBe(peer);
  }
});

test("the table has a line for each goal", () => {
  const table = goalsTable(
    judge([goal, { ...goal, point: "others" }], [...samples("raw", [100]), ...samples("stator", [50])]),
  );
  const lines = table.split("\n").map((line) =>
    line
      .split("|")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
  expect(lines[2]).toEqual(["calls", "rate", "stator", "raw", ">= 0.6", ">= 0.9", "0.5", "0.5", "0.5", "missed"]);
  expect(lines[3]).toEqual(["others", "rate", "stator", "raw", ">= 0.6", ">= 0.9", "", "", "", "unmeasured"]);
});
