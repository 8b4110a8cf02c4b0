import { describe, expect, test } from "bun:test";

import { readServeArguments } from "./serve-arguments.ts";

const read = (argv: string[], environment: Record<string, string> = {}) => readServeArguments(argv, environment);

describe("the command line", () => {
  test("has defaults for all but the target", () => {
    expect(read(["a.ts#A"])).toEqual({
      target: "a.ts#A",
      inProcess: false,
      host: "127.0.0.1",
      port: 8000,
      discovery: null,
      filePath: null,
      only: [],
      overrides: [],
      drainMs: 10_000,
      readyFile: null,
      help: false,
    });
  });

  test("beats the environment", () => {
    expect(read(["a.ts"], { DYN_HTTP_PORT: "9000", DYN_HTTP_HOST: "::1" })).toMatchObject({ port: 9000, host: "::1" });
    expect(read(["a.ts", "--port", "0"], { DYN_HTTP_PORT: "9000" })).toMatchObject({ port: 0 });
  });

  test("takes settings of services, with = and without", () => {
    const { overrides } = read(["a.ts", "--Backend.workers=2", "--hello.middle.port", "81"]);
    expect(overrides).toEqual([
      { service: "Backend", workers: 2 },
      { service: "hello.middle", port: 81 },
    ]);
  });

  test("takes several --only", () => {
    expect(read(["a.ts", "--only", "A", "--only=B"]).only).toEqual(["A", "B"]);
  });
});

test.each([
  [[], "Say what to serve"],
  [["a.ts", "b.ts"], 'Unexpected argument "b.ts" after a.ts.'],
  [["a.ts", "--prt", "1"], 'Unknown option --prt; did you mean "--port"?'],
  [["a.ts", "-x"], "Unknown option -x; "],
  [["a.ts", "--port"], "--port needs a value."],
  [["a.ts", "--port="], "--port needs a value."],
  [["a.ts", "--port=1", "--port=2"], "--port is given twice."],
  [["a.ts", "--port=-1"], '--port: "-1" is not a whole number from 0 to 65535.'],
  [["a.ts", "--port=99999"], '--port: "99999" is not'],
  [["a.ts", "--in-process=yes"], "--in-process takes no value."],
  [["a.ts", "--Backend.workers=0"], '--Backend.workers: "0" is not a whole number from 1 to 1024.'],
  [["a.ts", "--Backend.workers"], "--Backend.workers needs a value."],
  [["a.ts", "--Backend.worker=2"], '--Backend.worker: unknown setting; did you mean "workers"?'],
  [["a.ts", "--discovery", "memory"], "Memory discovery reaches one process only"],
])("refuses %j", (argv, message) => {
  expect(() => read(argv)).toThrow(message);
});

test("refuses inherited names of objects", () => {
  expect(() => read(["a.ts", "--constructor"])).toThrow("Unknown option --constructor");
  expect(() => read(["a.ts", "--__proto__=1"])).toThrow("Unknown option --__proto__");
});
