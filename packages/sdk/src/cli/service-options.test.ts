import { describe, expect, test } from "bun:test";

import { splitServiceOptions } from "./service-options.ts";

describe("what is said about services", () => {
  test.each([
    [["--Worker.workers=4"], ["Worker.workers", "4"]],
    [
      ["--Worker.workers", "4"],
      ["Worker.workers", "4"],
    ],
    [["--Worker.maxTokens=-1"], ["Worker.maxTokens", "-1"]],
    [
      ["--Worker.maxTokens", "-1"],
      ["Worker.maxTokens", "-1"],
    ],
    [["--Worker.label="], ["Worker.label", ""]],
    [["--Worker.label=a=b.c"], ["Worker.label", "a=b.c"]],
    [["--Worker.label=two\nlines"], ["Worker.label", "two\nlines"]],
    [["--hello.worker.model.size=1"], ["hello.worker.model.size", "1"]],
    [['--Worker.prices["gpt-4.1"]=2'], ['Worker.prices["gpt-4.1"]', "2"]],
    [['--Worker.prices["a=b"]=2'], ['Worker.prices["a=b"]', "2"]],
  ])("%j", (argv, option) => {
    expect(splitServiceOptions(["serve", "a.b.ts#A", ...argv, "--port", "1"])).toEqual({
      rest: ["serve", "a.b.ts#A", "--port", "1"],
      services: [option as [string, string]],
    });
  });

  test("is left alone after --, and where it is something else", () => {
    const rest = ["serve", "a.b", "-1.5", "--port=1.5", "--ready-file", "x.json", "--", "--Worker.x=1"];
    expect(splitServiceOptions(rest)).toEqual({ rest, services: [] });
  });

  test("needs a value", () => {
    expect(() => splitServiceOptions(["--Worker.x"])).toThrow("--Worker.x needs a value.");
    expect(() => splitServiceOptions(["--Worker.x", "--port"])).toThrow("--Worker.x needs a value.");
  });
});

// Defect e of the original: an argument with a dot could loop for ever.
test("ends for any arguments, and loses none", () => {
  const pieces = ["--", "-", ".", "=", "a", "Worker", '["', '"]', "[0]", "\\", " ", "1", "#", "é"];
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  for (let round = 0; round < 5000; round++) {
    const argv = Array.from({ length: next(5) }, () =>
      Array.from({ length: next(8) }, () => pieces[next(pieces.length)]).join(""),
    );
    let split: ReturnType<typeof splitServiceOptions>;
    try {
      split = splitServiceOptions(argv);
    } catch (error) {
      expect(String(error)).toContain("needs a value");
      continue;
    }
    const options = split.services.map(([path, value]) => [`--${path}=${value}`, `--${path}`, value]);
    for (const each of argv) expect([...split.rest, ...options.flat()]).toContain(each);
  }
});
