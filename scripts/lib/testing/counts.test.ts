import { describe, expect, test } from "bun:test";
import { bunCounts, cargoCounts } from "./counts.ts";

describe("cargoCounts", () => {
  test("sums every binary", () => {
    const output = [
      "running 2 tests",
      "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
      "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
    ].join("\n");
    expect(cargoCounts(output)).toEqual({ passed: 5, failed: 1 });
  });

  test("is nothing when nothing compiled", () => {
    expect(cargoCounts("error: could not compile `x`")).toEqual({ passed: 0, failed: 0 });
  });
});

describe("bunCounts", () => {
  test("reads the summary", () => {
    const output = "\n 4 pass\n 1 fail\n 9 expect() calls\nRan 5 tests across 2 files. [12.00ms]\n";
    expect(bunCounts(output)).toEqual({ passed: 4, failed: 1, files: 2 });
  });

  test("counts an error between tests as a failure", () => {
    const output = "\n 4 pass\n 0 fail\n 1 error\n 9 expect() calls\nRan 4 tests across 1 file. [12.00ms]\n";
    expect(bunCounts(output)).toEqual({ passed: 4, failed: 1, files: 1 });
  });

  test("reads the last summary when tests run tests of their own", () => {
    const output =
      "\n 0 pass\n 1 fail\n 1 error\nRan 1 test across 1 file. [7.00ms]\n" +
      "(pass) x\n\n 4 pass\n 0 fail\n 2 expect() calls\nRan 4 tests across 3 files. [12.00ms]\n";
    expect(bunCounts(output)).toEqual({ passed: 4, failed: 0, files: 3 });
  });

  test("is null when the process died before the end", () => {
    expect(bunCounts("\n(pass) first\nSegmentation fault\n")).toBeNull();
  });
});
