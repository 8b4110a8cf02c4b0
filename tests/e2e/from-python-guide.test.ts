/** docs/from-python.md: shows every example, and names what there is in the wheel of the original and in ours. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Client, DistributedRuntime, ERROR_CODES, ServedEndpoint } from "@stator/runtime-native";
import * as sdk from "@stator/sdk";

import { includedFiles } from "../../scripts/lib/docs/included-files.ts";
import { upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { root } from "../support/command.ts";

const EXAMPLES = "apps/examples/from-python";
const CLASSES = ["DistributedRuntime", "Endpoint", "Client", "Context", "Instance"];

const wheel = await upstreamWheel();
const page = readFileSync(join(root, "docs", "from-python.md"), "utf8");

/** The rows of the table below a heading, as lists of cells. */
function rows(text: string, heading: string): string[][] {
  const section = new RegExp(`\n##+ ${heading}\n(.*?)(?=\n##|$)`, "s").exec(text)?.[1] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|") && !line.startsWith("| ---"));
  return lines.slice(1).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Names such as `Client.round_robin`, of the classes given. */
function members(text: string, classes: readonly string[]): string[] {
  const names = [...text.matchAll(/`(\w+\.\w+)`/g)].map(([, name = ""]) => name);
  return names.filter((name) => classes.includes(name.split(".")[0] ?? ""));
}

function python(code: string, ...argv: string[]): string {
  const result = Bun.spawnSync([wheel.python, "-c", code, ...argv], {
    env: { ...process.env, ...wheel.environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  expect(result.exitCode).toBe(0);
  return result.stdout.toString();
}

test("every example is shown once", () => {
  const files = [...new Bun.Glob("**/*.{py,ts}").scanSync(join(root, EXAMPLES))].map((file) => join(EXAMPLES, file));
  expect(includedFiles(page).toSorted()).toEqual(files.toSorted());
  const stems = (extension: string): string[] =>
    files
      .filter((file) => file.endsWith(extension))
      .map((file) => file.slice(0, -extension.length).replaceAll("_", "-"))
      .toSorted();
  expect(stems(".py")).toEqual(stems(".ts"));
});

test("every block of Python is Python", () => {
  const blocks = [...page.matchAll(/```python\n(.*?)```/gs)].map(([, code = ""]) => code);
  expect(blocks.length).toBeGreaterThan(5);
  for (const block of blocks) python("import sys; compile(sys.argv[1], 'block', 'exec')", block);
});

describe("names", () => {
  const table = rows(page, "Names");

  test("every public name of the wheel's classes has a place, and no other name is given to it", () => {
    const code = `
import dynamo._core as core
for name in ${JSON.stringify(CLASSES)}:
    for member in dir(getattr(core, name)):
        if not member.startswith("_"): print(f"{name}.{member}")
`;
    const absent = page.split("\n## Not there\n")[1] ?? "";
    const named = [...members(table.map(([cell]) => cell).join(), CLASSES), ...members(absent, CLASSES)];
    expect(named.toSorted()).toEqual(python(code).trim().split("\n").toSorted());
  });

  test("every name on our side exists", async () => {
    await using runtime = await DistributedRuntime.create({ discovery: "memory", requestPlane: "memory" });
    const endpoint = runtime.endpoint("docs.from-python.names");
    const contexts: object[] = [];
    await using served = await endpoint.serveEndpoint(async (_, context) => {
      contexts.push(context);
      return null;
    });
    await using client = await endpoint.client();
    await client.waitForInstances();
    const stream = client.generate(null);
    await stream.one();

    const there: Record<string, object[]> = {
      DistributedRuntime: [DistributedRuntime, runtime],
      Endpoint: [endpoint],
      ServedEndpoint: [ServedEndpoint, served],
      Client: [Client, client],
      Context: contexts,
      Instance: [...client.instances()],
      ResponseStream: [stream],
    };
    const named = members(table.map((cells) => cells.slice(1).join()).join(), Object.keys(there));
    expect(named.length).toBeGreaterThan(20);
    const missing = named.filter((name) => {
      const [kind = "", member = ""] = name.split(".");
      return !there[kind]?.some((object) => member in object);
    });
    expect(missing).toEqual([]);
  });
});

test("the codes of errors are those of the runtime", () => {
  const cells = rows(page, "Errors").map(([, cell = ""]) => cell.replace("`break`", ""));
  const codes = [...cells.join().matchAll(/`(\w+)`/g)].map(([, code = ""]) => code);
  expect(codes.length).toBeGreaterThan(5);
  expect(codes.filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
});

test("the decorators on our side exist", () => {
  const ours = rows(page, "Options").map(([, cell = ""]) => cell);
  const names = [...ours.join().matchAll(/`@?(\w+)\(|`@(\w+)`/g)].map(([, call, plain]) => call ?? plain ?? "");
  const elsewhere = ["setHealthStatus", "currentContext"];
  expect(names.filter((name) => !(name in sdk) && !elsewhere.includes(name))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(["service", "endpoint", "api", "depends", "onStart", "onShutdown"]));
});

test("every variable of the runtime is in the table of variables", () => {
  const runtime = readFileSync(join(root, "docs", "runtime.md"), "utf8");
  const variables = rows(runtime, "Configuration").flatMap(([, variable = ""]) => (variable === "" ? [] : [variable]));
  expect(variables.length).toBeGreaterThan(10);
  const named = rows(page, "Configuration").map(([variable]) => variable);
  expect(named.slice(0, -1)).toEqual(variables);
});
