import { describe, expect, test } from "bun:test";
import { bunFailures, cargoFailures, lastLines, nameOf } from "./failure-texts.ts";

describe("cargoFailures", () => {
  const output = [
    "test a::good ... ok",
    "test a::bad ... FAILED",
    "failures:",
    "",
    "---- a::bad stdout ----",
    "thread 'a::bad' panicked at x.rs:1:1:",
    "left is not right",
    "",
    "---- a::worse stdout ----",
    "nothing",
    "",
    "failures:",
    "    a::bad",
    "    a::worse",
    "",
    "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
  ].join("\n");

  test("have the name and what was printed, each", () => {
    expect(cargoFailures(output)).toEqual([
      "---- a::bad stdout ----\nthread 'a::bad' panicked at x.rs:1:1:\nleft is not right",
      "---- a::worse stdout ----\nnothing",
    ]);
  });

  test("are none when all passed", () => {
    expect(cargoFailures("test a ... ok\n\ntest result: ok. 1 passed; 0 failed;\n")).toEqual([]);
  });
});

describe("bunFailures", () => {
  test("have what was printed since the test before", () => {
    const output = "(pass) one [1ms]\nlog of two\nerror: 1 is not 2\n(fail) two [2ms]\n(skip) three\n(fail) four\n";
    expect(bunFailures(output)).toEqual(["log of two\nerror: 1 is not 2\n(fail) two [2ms]", "(fail) four"]);
  });

  test("are not taken twice from a run that repeats them at its end", () => {
    expect(bunFailures("error: no\n(fail) one\n\n1 tests failed:\n(fail) one\n")).toEqual(["error: no\n(fail) one"]);
  });

  test("are cut when there are many", () => {
    const texts = bunFailures("(fail) again\n".repeat(50));
    expect(texts).toHaveLength(21);
    expect(texts.at(-1)).toContain("30 more");
  });

  test("show the end of a long output", () => {
    const [text = ""] = bunFailures(`${"line\n".repeat(500)}the error\n(fail) long\n`);
    expect(text.split("\n")).toHaveLength(40);
    expect(text).toEndWith("the error\n(fail) long");
  });
});

test("lastLines are the end of the output", () => {
  expect(lastLines(`${"x\n".repeat(99)}y\n`).split("\n")).toEqual([...Array<string>(39).fill("x"), "y"]);
});

test("nameOf takes the line with the test", () => {
  expect(nameOf("error: no\n(fail) one > two")).toBe("(fail) one > two");
  expect(nameOf("---- a::bad stdout ----\nleft is not right")).toBe("---- a::bad stdout ----");
});
