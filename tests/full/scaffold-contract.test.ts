/** The contract crate of a new application, outside of the workspace: Rust from its manifest to the generated files. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Scaffold } from "../support/scaffold.ts";

const folder = mkdtempSync(join(tmpdir(), "stator-scaffold-contract-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("compiles with the crates of the packages, gives what is generated already, and follows a change", async () => {
  const scaffold = await Scaffold.prepare(folder, process.env);
  const app = await scaffold.make("with-contract", "--contract");
  expect(await scaffold.run(app, "bun", "run", "codegen", "--check")).toContain("up to date");

  const source = join(app, "contract/src/lib.rs");
  const text = readFileSync(source, "utf8");
  writeFileSync(source, text.replace("pub text: String,", "pub text: String,\n    pub number: u32,"));
  await scaffold.run(app, "bun", "run", "codegen");
  expect(readFileSync(join(app, "src/generated/types/greeting.ts"), "utf8")).toContain("number: number");
  // The class does not give it yet.
  const types = await scaffold.attempt(app, "bun", "run", "types");
  expect(types.exitCode).not.toBe(0);
  expect(types.output).toMatch(/greeter\.ts.*error TS/);
}, 600_000);
