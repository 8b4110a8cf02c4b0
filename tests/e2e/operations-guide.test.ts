/** docs/configuration.md, deploy.md, errors.md, graph.md and operations.md: every command in them runs, and prints what they show. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Command, root, until } from "../support/command.ts";
import { Graph } from "../support/graph.ts";
import { CLI } from "../support/stator.ts";

const page = (name: string) => readFileSync(join(root, "docs", `${name}.md`), "utf8");

/** `$ command` and what is printed, from the blocks that show both. */
function shown(name: string): [command: string, output: string][] {
  const blocks = [...page(name).matchAll(/^```console\n\$ ([^\n]*)\n(.*?)^```/gms)];
  return blocks.map(([, command = "", output = ""]) => [command, output]);
}

/** The lines of the shell blocks; those that end with a backslash go on. */
function commands(name: string): string[] {
  const blocks = [...page(name).matchAll(/```sh\n(.*?)```/gs)].map(([, text = ""]) => text);
  return blocks.flatMap((text) => text.replaceAll("\\\n", " ").trim().split("\n"));
}

/** Runs it as a shell would, with this repository's own command line. */
async function run(
  command: string,
  environment: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  const own = command.replace("bunx stator", `${process.execPath} ${CLI}`);
  const child = Bun.spawn(["/bin/sh", "-c", `exec 2>&1; ${own}`], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 60_000,
  });
  const [output, code] = await Promise.all([child.stdout.text(), child.exited]);
  return { code, output };
}

describe.each(["configuration", "errors", "graph", "operations", "deploy"])("%s.md", (name) => {
  test("shows commands", () => {
    expect(shown(name).length).toBeGreaterThan(0);
  });

  test.each(shown(name))("%s", async (command, output) => {
    expect((await run(command)).output).toBe(output);
  });
});

describe("operations.md", () => {
  const [serve = "", ...others] = commands("operations");
  let graph: Graph;
  beforeAll(async () => {
    const [, , , target = "", ...options] = serve.split(" ");
    graph = await Graph.start(target, options);
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });

  test("names enough commands", () => {
    expect(others.length).toBeGreaterThan(6);
  });

  test.each(others)("%s", async (command) => {
    const { code, output } = await run(command, { DYN_FILE_KV: graph.discovery });
    expect([code, output]).toEqual([0, expect.any(String)]);
    if (command.includes("stator call")) expect(output).toBe('"> a"\n"> few"\n"> words"\n');
  });
});

describe("deploy.md", () => {
  const folder = mkdtempSync(join(tmpdir(), "stator-deploy-page-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(commands("deploy"))("%s", async (command) => {
    const { code, output } = await run(command.replace("dist/deploy", folder));
    expect([code, output]).toEqual([0, expect.stringMatching(/^(wrote \S+\n)+$/)]);
    for (const [, path = ""] of output.matchAll(/^wrote (.*)$/gm)) expect(existsSync(path)).toBeTrue();
  });
});

test("configuration.md: the file runs alone", async () => {
  const [alone = ""] = commands("configuration");
  const environment = { DYN_FILE_KV: mkdtempSync(join(tmpdir(), "stator-alone-")) };
  const own = alone.replace(/^(.*) bun (\S+)$/, `exec env $1 ${process.execPath} $2`);
  await using command = new Command(["-c", own], environment, "/bin/sh");
  const call = async () => run(`bunx stator call answers.echo-engine.answer '{"text":"a b c d e"}'`, environment);
  await until(async () => (await call()).code === 0, "the engine is found");
  expect((await call()).output).toBe('"> a"\n"> b"\n"> c"\n"> d"\n');
  command.signal("SIGTERM");
  expect(await command.exited).toBe(0);
  rmSync(environment.DYN_FILE_KV, { recursive: true });
});

test("the schema of the example is that of its graph", async () => {
  const example = "apps/examples/configured-graph";
  const { output } = await run(`bunx stator config schema ${example}/graphs.ts#echo`);
  expect(JSON.parse(output)).toEqual(await Bun.file(join(root, example, "stator.schema.json")).json());
});
