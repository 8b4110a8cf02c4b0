/** The Rust crates inside of @stator/codegen, in an application outside of the workspace. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Command, root } from "../support/command.ts";
import { Scaffold } from "../support/scaffold.ts";

const CRATES = "node_modules/@stator/codegen/crates";
const target = process.env["CARGO_TARGET_DIR"] ?? join(root, "target");
const folder = mkdtempSync(join(tmpdir(), "stator-shipped-crates-"));
let scaffold: Scaffold;
let app = "";

beforeAll(async () => {
  scaffold = await Scaffold.prepare(folder, { ...process.env, CARGO_TARGET_DIR: target });
  app = await scaffold.make("with-service", "--contract");
  cpSync(join(root, "tests/full/fixtures/rust-service"), app, { recursive: true });
  // Of the same versions and profile, what was compiled here already is taken as it is.
  cpSync(join(root, "Cargo.lock"), join(app, "Cargo.lock"));
  const profile = /\[profile\.release\]\n(?:\w.*\n)*/.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))?.[0] ?? "";
  appendFileSync(join(app, "Cargo.toml"), `\n${profile}`);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function change(path: string, from: string, to: string): void {
  const file = join(app, path);
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

test("a service in Rust is built with them by their path, generates nothing else, and is served", async () => {
  change("contract/src/lib.rs", 'namespace = "greetings"', 'namespace = "greetings", service = "runtime"');
  expect(await scaffold.run(app, "bun", "run", "codegen", "--check")).toContain("up to date");

  await scaffold.run(app, "cargo", "build", "--release");
  const greeter = `import { commandService } from "@stator/sdk";
import { GreeterContract } from "./generated/index.ts";

export const Greeter = commandService(GreeterContract, { command: [${JSON.stringify(join(target, "release/greeter"))}] });
`;
  writeFileSync(join(app, "src/greeter.ts"), greeter);
  // Its configuration was that of the class.
  writeFileSync(join(app, "stator.yaml"), "");
  await scaffold.run(app, "bun", "run", "types");

  const serve = ["bun", "run", "start", "--port", "0"];
  await using command = new Command(
    ["-C", app, `DYN_FILE_KV=${join(app, ".discovery")}`, ...serve],
    {},
    "/usr/bin/env",
  );
  const [, url = ""] = await command.line(/^ready (\S+)/);
  const response = await fetch(`${url}/greet`, { method: "POST", body: '{"names":["Ada"]}' });
  expect(await response.text()).toBe('{"text":"Good day, Ada!"}\n');
  command.signal("SIGTERM");
  expect(await command.exited).toBe(0);
}, 1_800_000);

test("cargo package takes each of them", async () => {
  const crates = join(app, CRATES);
  const names = readdirSync(crates);
  expect(names.toSorted()).toEqual([
    "stator-bindings",
    "stator-bindings-macros",
    "stator-contract",
    "stator-contract-macros",
    "stator-judge",
    "stator-runtime",
    "stator-service",
  ]);
  const away = join(folder, "crates");
  cpSync(crates, away, { recursive: true });
  writeFileSync(join(away, "Cargo.toml"), `[workspace]\nresolver = "3"\nmembers = ${JSON.stringify(names)}\n`);
  const output = await scaffold.run(away, "cargo", "package", "--workspace", "--no-verify");
  expect(output.match(/^ +Packaged /gm)).toHaveLength(names.length);
}, 300_000);
