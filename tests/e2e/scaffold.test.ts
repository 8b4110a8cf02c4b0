/** What `bun create @stator` makes, in a folder outside of the workspace, with the packages as they would be published. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { REGISTRY_LIMIT_MS } from "../../scripts/lib/registry/local-registry.ts";
import { Command } from "../support/command.ts";
import { pathWithoutRust } from "../support/path-without-rust.ts";
import { Scaffold } from "../support/scaffold.ts";

const folder = mkdtempSync(join(tmpdir(), "stator-scaffold-"));
const environment = { ...process.env, PATH: pathWithoutRust(folder) };
let scaffold: Scaffold;

beforeAll(async () => {
  scaffold = await Scaffold.prepare(folder, environment);
}, REGISTRY_LIMIT_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A command that goes on, in the folder of an application. */
function start(app: string, ...command: string[]): Command {
  const own = [`PATH=${environment.PATH}`, `DYN_FILE_KV=${join(app, ".discovery")}`];
  return new Command(["-C", app, ...own, ...command], {}, "/usr/bin/env");
}

async function greet(url: string): Promise<unknown[]> {
  const response = await fetch(`${url}/greet`, { method: "POST", body: '{"names":["Ada","Grace"]}' });
  return (await response.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

async function checkAndTest(app: string): Promise<void> {
  await scaffold.run(app, "bun", "run", "types");
  expect(await scaffold.run(app, "bun", "run", "test")).toMatch(/\b2 pass\n\s*0 fail\b/);
}

describe("an application", () => {
  let app = "";
  beforeAll(async () => {
    app = await scaffold.make("plain");
  });

  test("its types check, and its tests pass", () => checkAndTest(app));

  test("bun run dev serves it, as it is configured, and as its files are after a change", async () => {
    await using command = start(app, "bun", "run", "dev", "--port", "0", "--Greeter.workers=1");
    const [, url = ""] = await command.line(/^ready (\S+)/);
    expect(await greet(url)).toEqual([{ text: "Hello, Ada!" }, { text: "Hello, Grace!" }]);
    const configuration = join(app, "stator.yaml");
    writeFileSync(configuration, readFileSync(configuration, "utf8").replace("salutation: Hello", "salutation: Hi"));
    await command.line(/The graph runs as it is written now\./);
    expect(await greet(url)).toEqual([{ text: "Hi, Ada!" }, { text: "Hi, Grace!" }]);
    command.signal("SIGTERM");
    expect(await command.exited).toBe(0);
  });
});

describe("an application with a contract crate, where there is no Rust", () => {
  let app = "";
  beforeAll(async () => {
    app = await scaffold.make("with-contract", "--contract");
  });

  test("its types check, and its tests pass", () => checkAndTest(app));

  test("its generated code is what the document of the contract says", async () => {
    const output = await scaffold.run(app, "bun", "run", "codegen", "--from-document", "--check");
    expect(output).toContain("up to date");
  });

  test("bun run start serves it", async () => {
    await using command = start(app, "bun", "run", "start", "--port", "0", "--in-process");
    const [, url = ""] = await command.line(/^ready (\S+)/);
    expect(await greet(url)).toEqual([{ text: "Hello, Ada!" }, { text: "Hello, Grace!" }]);
    command.signal("SIGTERM");
    expect(await command.exited).toBe(0);
  });

  test("bun run build makes one file that needs nothing of it", async () => {
    await scaffold.run(app, "bun", "run", "build");
    for (const each of ["node_modules", "src"]) rmSync(join(app, each), { recursive: true });
    const nothing = ["/usr/bin/env", "-i", `TMPDIR=${app}`];
    await using command = start(app, ...nothing, "dist/with-contract", "--port", "0", "--in-process");
    const [, url = ""] = await command.line(/^ready (\S+)/);
    expect(await greet(url)).toEqual([{ text: "Hello, Ada!" }, { text: "Hello, Grace!" }]);
    command.signal("SIGTERM");
    expect(await command.exited).toBe(0);
  });
});
