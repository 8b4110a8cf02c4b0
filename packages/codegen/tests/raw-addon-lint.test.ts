import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "..", "..", "..");
const linter = join(root, "node_modules", ".bin", "oxlint");

/** Every way to get hold of an addon that nothing checks. */
const ways: readonly (readonly [way: string, line: string])[] = [
  ["an import", 'import raw from "./calculator.linux-x64-gnu.node"; export { raw };'],
  ["a dynamic import", 'export const raw: unknown = await import("./calculator.linux-x64-gnu.node");'],
  ["an export from it", 'export * from "../calculator.linux-x64-gnu.node";'],
  ["require", 'export const raw: unknown = require("./calculator.linux-x64-gnu.node");'],
  ["createRequire", 'import { createRequire } from "node:module"; export { createRequire };'],
  ["process.dlopen", 'process.dlopen({ exports: {} }, "./calculator.linux-x64-gnu.node");'],
  ["its declaration", 'import type { RawAddon } from "./generated/bindings/raw-addon.ts"; export type { RawAddon };'],
  ["its opener", 'export { default } from "./generated/bindings/require-addon.cts";'],
  ["its loader", 'export { addon } from "../generated/bindings/load-addon.ts";'],
  ["the runtime's crossing", 'export { Bridge } from "../packages/runtime-native/src/crossing/bridge.ts";'],
];

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stator-lint-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function lint(path: string, text: string): Promise<{ code: number; output: string }> {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `${text}\n`);
  const command = [linter, "--config", join(root, ".oxlintrc.json"), "--deny-warnings", file];
  const child = Bun.spawn(command, { cwd: folder, stdout: "pipe", stderr: "pipe" });
  const [output, code] = await Promise.all([child.stdout.text(), child.exited]);
  return { code, output };
}

test.each(ways)("%s is a lint error", async (_, line) => {
  const { code, output } = await lint("application.ts", line);
  expect(code).toBe(1);
  expect(output).toMatch(/no-restricted-imports|no-require-imports|no-restricted-properties/);
});

test("the generated files are imported freely", async () => {
  const line = 'export { Calculator } from "./generated/index.ts";';
  expect(await lint("application.ts", line)).toMatchObject({ code: 0 });
});
