import { describe, expect, test } from "bun:test";

import { readCertsArguments } from "./certs-arguments.ts";

describe("stator certs", () => {
  test("needs no argument", () => {
    expect(readCertsArguments([])).toEqual({
      folder: "stator-certs",
      names: [],
      days: 365,
      force: false,
      authority: null,
      help: false,
    });
  });

  test("takes names, days and another folder's authority", () => {
    const argv = ["out", "--name", "a.internal", "--name=10.0.0.7", "--days", "30", "--ca", "first", "--force"];
    expect(readCertsArguments(argv)).toEqual({
      folder: "out",
      names: ["a.internal", "10.0.0.7"],
      days: 30,
      force: true,
      authority: "first",
      help: false,
    });
  });

  test.each([
    [["--days", "0"], "--days"],
    [["--days", "many"], "--days"],
    [["--days=4000"], "3650"],
    [["--nam", "x"], "--name"],
    [["--A.workers=2"], "--A.workers"],
    [["one", "two"], "two"],
  ])("refuses %p", (argv, words) => {
    expect(() => readCertsArguments(argv)).toThrow(words);
  });
});
