import { describe, expect, test } from "bun:test";

import { runProgram } from "../program.ts";
import { UsageError } from "../usage-error.ts";

describe("stator certs refuses, with what is wrong", () => {
  test.each([
    [["--days", "0"], "--days"],
    [["--days", "many"], "--days"],
    [["--days=4000"], "3650"],
    [["--nam", "x"], "--name"],
    [["--A.workers=2"], "--A.workers"],
    [["one", "two"], "Too many arguments"],
  ])("%p", async (argv, words) => {
    const error: unknown = await runProgram(["certs", ...argv]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toContain(words);
  });
});
