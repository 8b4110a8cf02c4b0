/** The packages as somebody gets them: from a registry, in a folder that knows nothing of the workspace, on Bun and on Node. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { NODE_VERSIONS, nodeBinary } from "../../scripts/lib/node-binary.ts";
import { LocalRegistry, REGISTRY_LIMIT_MS } from "../../scripts/lib/registry/local-registry.ts";
import { attempt, succeed } from "../../scripts/lib/succeed.ts";
import { Command, root } from "../support/command.ts";
import { pathWithoutRust } from "../support/path-without-rust.ts";

const FIXTURES = join(import.meta.dir, "fixtures", "packages");
const HELLO = join(root, "apps/examples/hello-world");
const folder = mkdtempSync(join(tmpdir(), "stator-packages-"));
const environment: Record<string, string | undefined> = {
  ...process.env,
  PATH: pathWithoutRust(folder),
  DYN_FILE_KV: join(folder, "discovery"),
};
let registry: LocalRegistry;

beforeAll(async () => {
  registry = await LocalRegistry.shared();
}, REGISTRY_LIMIT_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A new folder with these files. */
function project(name: string, files: Readonly<Record<string, string>> = {}): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries({ "package.json": '{ "type": "module" }', ...files })) {
    writeFileSync(join(path, file), text);
  }
  return path;
}

/** Runs a package manager. */
function install(cwd: string, ...command: string[]): Promise<string> {
  return succeed(command, cwd, { ...environment, ...registry.environment() });
}

function start(cwd: string, ...command: string[]): Command {
  const own = [`PATH=${environment["PATH"]}`, `DYN_FILE_KV=${environment["DYN_FILE_KV"]}`];
  return new Command(["-C", cwd, ...own, ...command], {}, "/usr/bin/env");
}

/** The code of a README, by the comment that names its file. */
function exampleOf(name: string, file: string): string {
  const readme = readFileSync(join(root, "packages", name, "README.md"), "utf8");
  const code = [...readme.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  const found = code.find((text) => text.startsWith(`// ${file}\n`));
  if (found === undefined) throw new Error(`The README of ${name} has no ${file}.`);
  return found;
}

describe("an application of the published SDK", () => {
  let app = "";
  let serving: Command | undefined;
  beforeAll(async () => {
    app = project("app", { "app.ts": exampleOf("sdk", "app.ts") });
    await install(app, "bun", "add", "@stator/sdk", "@stator/codegen", "@types/node@24");
    cpSync(join(FIXTURES, "counter.ts"), join(app, "counter.ts"));
    cpSync(join(HELLO, "backend.ts"), join(app, "backend.ts"));
    cpSync(join(HELLO, "generated"), join(app, "generated"), { recursive: true });
    serving = start(app, "bunx", "stator", "serve", "app.ts#Hello");
    await serving.line(/^ready .*demo\.hello/);
  });
  afterAll(() => serving?.[Symbol.asyncDispose]());

  test("has one version of everything, and the addon of this platform alone", () => {
    const names = [...new Bun.Glob("*").scanSync({ cwd: join(app, "node_modules/@stator"), onlyFiles: false })];
    expect(names.filter((name) => name.startsWith("runtime-native-"))).toHaveLength(1);
    const versions = names.map((name) => {
      const text = readFileSync(join(app, "node_modules/@stator", name, "package.json"), "utf8");
      return (JSON.parse(text) as { version: string }).version;
    });
    expect(new Set(versions).size).toBe(1);
  });

  test("is served and called as the README says", async () => {
    const call = ["bunx", "stator", "call", "demo.hello.greet", '{"text":"Ada Grace"}'];
    expect(await succeed(call, app, environment)).toBe('"Hello, Ada!"\n"Hello, Grace!"\n');
  });

  test("under Node it says that it needs Bun", async () => {
    const node = await nodeBinary(NODE_VERSIONS[0]);
    const imported = await attempt([node, "-e", 'import("@stator/sdk")'], app, environment);
    expect(imported.exitCode).not.toBe(0);
    expect(imported.output).toMatch(/@stator\/sdk \d\S+ needs Bun >=1\.4\.5/);
    for (const program of ["stator", "stator-codegen"]) {
      const run = await attempt([node, `node_modules/.bin/${program}`, "--help"], app, environment);
      expect(run.exitCode).toBe(1);
      expect(run.output).toStartWith(`${program} needs Bun >=1.4.5`);
    }
  });

  describe("callers on Node", () => {
    let caller = "";
    beforeAll(async () => {
      caller = project("caller", { "client.mjs": exampleOf("runtime-native", "client.mjs") });
      cpSync(join(FIXTURES, "caller.mjs"), join(caller, "caller.mjs"));
      await install(caller, "npm", "install", "@stator/runtime-native");
      await compile(join(app, "generated"), join(caller, "contract"));
    });

    test.each(NODE_VERSIONS)("%s read what the services of the README say", async (version) => {
      const node = await nodeBinary(version);
      expect(await succeed([node, "client.mjs"], caller, environment)).toBe("Hello, Ada!\nHello, Grace!\n");
    });

    test.each(NODE_VERSIONS)("%s make calls, give up streams, and use generated clients", async (version) => {
      const node = await nodeBinary(version);
      await using counter = start(app, "bunx", "stator", "serve", "counter.ts");
      await using backend = start(app, "bunx", "stator", "serve", "backend.ts");
      for (const each of [counter, backend]) await each.line(/^ready /);
      const output = await succeed([node, "caller.mjs"], caller, environment);
      expect(output.trim().split("\n")).toEqual([
        `engine v${version}`,
        "unary 42",
        "stream 1000 cancelled",
        "service ended",
        "client far bigint away bigint",
        "client invalid_request",
      ]);
    });
  });
});

/** The generated files as JavaScript, by the compiler of an application. */
async function compile(from: string, into: string): Promise<void> {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const options = ["--target", "es2023", "--lib", "esnext", "--types", "node", "--module", "nodenext"];
  await succeed(
    ["bun", compiler, ...options, "--rewriteRelativeImportExtensions", "--outDir", into, join(from, "index.ts")],
    from,
    environment,
  );
}

test("an application of the published inference graphs chats as the README says", async () => {
  const app = project("inference", { "graph.ts": exampleOf("llm", "graph.ts") });
  await install(app, "bun", "add", "@stator/sdk", "@stator/llm");
  await using serving = start(app, "bunx", "stator", "serve", "graph.ts#chat", "--Frontend.port=0");
  const [, url = ""] = await serving.line(/^ready (http\S+)/);
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "mock-model", messages: [{ role: "user", content: "Hello" }], max_tokens: 8 }),
  });
  expect(await response.json()).toMatchObject({
    object: "chat.completion",
    usage: { completion_tokens: expect.any(Number) },
  });
  expect(response.status).toBe(200);
}, 240_000);

describe("without the package of the platform", () => {
  const program = `import { DistributedRuntime } from "@stator/runtime-native";
    await DistributedRuntime.create().catch((error) => console.log(error.code, error.message));`;
  const NAME = /@stator\/runtime-native-[a-z0-9-]+/.source;

  test("Bun is told how to bring it back, and that does", async () => {
    const app = project("bun-without", { "program.mjs": program });
    await install(app, "bun", "add", "--omit", "optional", "@stator/runtime-native");
    const missing = await succeed(["bun", "program.mjs"], app, environment);
    expect(missing).toMatch(/^addon_missing .* has no addon for \w+-\w+/);
    const [, repair = ""] = new RegExp(`\`(bun add --optional ${NAME}@[\\d.]+)\` brings it back`).exec(missing) ?? [];
    await install(app, ...repair.split(" "));
    expect(await succeed(["bun", "program.mjs"], app, environment)).toBe("");
  });

  test("Node is, too", async () => {
    const node = await nodeBinary(NODE_VERSIONS[0]);
    const app = project("node-without", { "program.mjs": program });
    await install(app, "npm", "install", "--omit=optional", "@stator/runtime-native");
    const missing = await succeed([node, "program.mjs"], app, environment);
    const [, repair = ""] = new RegExp(`\`(npm install --save-optional ${NAME}@[\\d.]+)\``).exec(missing) ?? [];
    await install(app, ...repair.split(" "));
    expect(await succeed([node, "program.mjs"], app, environment)).toBe("");
  });
});
