import { describe, expect, test } from "bun:test";

import { Command } from "../../../tests/support/command.ts";

/** What the fixture writes to standard error. */
async function lines(options: object, environment: Record<string, string> = {}): Promise<string[]> {
  await using script = new Command(
    ["packages/runtime-native/tests/fixtures/log.ts", JSON.stringify(options)],
    environment,
  );
  expect(await script.exited).toBe(0);
  return script.output;
}

function messages(output: string[]): (string | undefined)[] {
  return output
    .filter((line) => !line.startsWith("    "))
    .map((line) => /(traced|debugged|two|warned|failed|outside)/.exec(line)?.[0]);
}

describe("log lines of a handler", () => {
  test("each carries the call and the endpoint, and is one line whatever it says; a stack stands below", async () => {
    const all = await lines({});
    const output = all.filter((line) => !line.startsWith("    "));
    expect(messages(output)).toEqual(["two", "warned", "failed", "outside"]);
    expect(output[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {2}two\\nlines id=call 1 endpoint=log\.test\.lines /);
    expect(output[0]).toEndWith('count="5" text=a\\nb list=[1,"x"] cyclic="(cannot be shown)"');
    expect(output[1]).toEndWith("error=TypeError: broken level=fake");
    expect(all.filter((line) => /^ {4}at .*log\.ts:\d+/.test(line))).not.toBeEmpty();
    expect(output[2]).toEndWith("ERROR failed fields=(cannot be shown)");
    expect(output[3]).toMatch(/ERROR outside by=hand$/);
  });

  test("as JSON they are one object a line, whose own fields no field can replace", async () => {
    const output = await lines({}, { DYN_LOGGING_JSONL: "true" });
    const parsed = output.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed[0]).toMatchObject({
      level: "info",
      message: "two\nlines",
      id: "call 1",
      endpoint: "log.test.lines",
      count: "5",
      list: [1, "x"],
    });
    expect(parsed[1]).toMatchObject({ level: "warn", message: "warned" });
    expect(parsed).toHaveLength(4);
  });

  const LEVELS: [environment: Record<string, string>, options: object, expected: string[]][] = [
    [{ DYN_LOG: "error" }, {}, ["failed", "outside"]],
    [{ DYN_LOG: "off" }, {}, []],
    [{ DYN_LOG: "stator_runtime=error,debug" }, {}, ["debugged", "two", "warned", "failed", "outside"]],
    [{ DYN_LOG: "WARN" }, {}, ["warned", "failed", "outside"]],
    [{ DYN_LOG: "error" }, { log: "warn" }, ["warned", "failed", "outside"]],
    [{}, { log: "error" }, ["failed", "outside"]],
  ];

  test.each(LEVELS)("%j with options %j", async (environment, options, expected) => {
    expect(messages(await lines(options, environment))).toEqual(expected);
  });
});
